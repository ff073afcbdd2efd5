"""A store with S3's API: moto's server, on a thread of this process."""

from types import TracebackType
from typing import Any, Self

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "chat"
KEYS = {"AWS_ACCESS_KEY_ID": "only", "AWS_SECRET_ACCESS_KEY": "for-tests"}


class Store:
    """One bucket of a store. It may be stopped and started again: what is in it stays."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)

    def __enter__(self) -> Self:
        self._server.start()
        host, self.port = self._server.get_host_and_port()
        self.url = f"http://{host}:{self.port}"
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        self.client.create_bucket(Bucket=BUCKET)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables for workers that keep their files here."""
        return KEYS | {"CHAT_FILES": f"s3://{BUCKET}/sent?endpoint={self.url}&region=us-east-1"}

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        """Serve at the same address again."""
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def names(self) -> list[str]:
        """Return the names of all objects."""
        found = self.client.list_objects_v2(Bucket=BUCKET)
        return [entry["Key"] for entry in found.get("Contents", ())]
