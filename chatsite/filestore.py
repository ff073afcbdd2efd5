"""Where the files are that people send, by the setting CHAT_FILES: as Django's STORAGES has it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_OPTIONS = {"endpoint", "region"}
# Seconds, and tries, after which a store is taken to be away: somebody waits for the answer.
_CONNECT, _READ, _TRIES = 3, 20, 2
# Bytes of an object that are kept in memory while it is read; the rest waits on the disk.
_IN_MEMORY = 2**20


def storage(text: str, folder: Path) -> dict[str, Any]:
    """Return the storage that a text names: "" the folder, else `s3://bucket/prefix?endpoint=…&region=…`.

    Raises ValueError with what is wrong. The keys of a store are in the environment, where boto3 looks
    for them.
    """
    if not text:
        return {
            "BACKEND": "history.storage.DurableStorage",
            "OPTIONS": {
                "location": folder,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc:
        raise ValueError("must be like s3://bucket/prefix")
    if unknown := options.keys() - _OPTIONS:
        raise ValueError(f"takes endpoint and region, and no {', '.join(sorted(unknown))}")
    endpoint = options.get("endpoint")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ValueError("has an endpoint like https://s3.example.org")
    from botocore.config import Config  # takes a moment, and few sites have a store

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint,
            "region_name": options.get("region"),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": True,
            "max_memory_size": _IN_MEMORY,
            "client_config": Config(
                # Stores at addresses of their own have no name for each bucket.
                s3={"addressing_style": "path" if endpoint else "virtual"},
                signature_version="s3v4",
                connect_timeout=_CONNECT,
                read_timeout=_READ,
                retries={"total_max_attempts": _TRIES},
            ),
        },
    }
