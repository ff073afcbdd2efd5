"""Pebble: the certificate authority that Let's Encrypt's developers test clients with."""

import json
import os
import ssl
from pathlib import Path

import httpx
import trustme

from tests.support.processes import Process, free_port
from tests.support.programs import require_pebble


class Pebble:
    """An authority on this machine. It looks for the challenge of every name at `http_port`."""

    def __init__(self, directory: Path, *, http_port: int, lifetime: int) -> None:
        """`lifetime`: seconds that its certificates are good for."""
        self.port, self._management = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}/dir"
        self.ca = directory / "pebble.pem"
        certificate, key = directory / "pebble-certificate.pem", directory / "pebble-key.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca))
        own = authority.issue_cert("127.0.0.1")
        own.cert_chain_pems[0].write_to_path(str(certificate))
        own.private_key_pem.write_to_path(str(key))
        settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": http_port,
            "tlsPort": free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "certificateValidityPeriod": lifetime,
        }
        config = directory / "pebble.json"
        config.write_text(json.dumps({"pebble": settings}))
        self.process = Process(
            [require_pebble(), "-config", config, "-strict"],
            log=directory / "pebble.log",
            ready="ACME directory available",
            env={
                **os.environ,
                "PEBBLE_VA_NOSLEEP": "1",  # no pauses before it looks
                "PEBBLE_AUTHZREUSE": "0",  # each name is looked at anew
                "PEBBLE_WFE_NONCEREJECT": "50",  # in a hundred: an authority may refuse any nonce
            },
        )

    def __enter__(self) -> "Pebble":
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    def root(self) -> str:
        """Return the root of the certificates that it signs, in PEM. Each start makes another one."""
        url = f"https://127.0.0.1:{self._management}/roots/0"
        context = ssl.create_default_context(cafile=self.ca)
        return httpx.get(url, verify=context, trust_env=False).text
