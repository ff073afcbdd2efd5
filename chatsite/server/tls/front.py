"""What the server has in place of a plain port, if it was told to serve https."""

import asyncio
import logging
import socket
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chatsite.server.tls import names, own, ports
from chatsite.server.tls.certificate import Certificate
from chatsite.server.tls.keeper import Keeper
from chatsite.server.tls.kept import Kept
from chatsite.server.tls.plain import Answer, PlainFactory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What `--tls` and its settings say."""

    tls: str  # a name, or "self"
    host: str  # where to listen; "": everywhere
    port: int
    http_port: int  # 0: none
    directory: Path  # where keys and certificates are kept
    # Where browsers find the site, if not at the port above: https://chat.example.org
    origins: tuple[str, ...] = ()
    authority: str = ""  # the URL of its directory
    ca: str = ""
    email: str = ""
    proxy: str = ""


class Front:
    def __init__(self, options: Options, *, backlog: int) -> None:
        self._options, self._backlog = options, backlog
        self._origins = {
            host: names.origin(host, options.port) for host in names.hosts(options.tls)
        }
        self._sockets: list[socket.socket] = []
        self._kept = Kept(options.directory)
        self._keeper: Keeper
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> list[Any]:
        """Return when there is a certificate, with the ports of Twisted's that are open so far.

        Raises TLSProblem. Clients that connect meanwhile wait.
        """
        options = self._options
        self._sockets = ports.open_sockets(options.host, options.port, backlog=self._backlog)
        plain = (
            ports.open_sockets(options.host, options.http_port, backlog=self._backlog)
            if options.http_port
            else []
        )
        answer = self._for_itself() if options.tls == names.SELF else self._by_authority()
        opened = ports.adopt(plain, PlainFactory(self._origins | self._known(), answer))
        await self._keeper.begin()
        return opened

    def listen(self, factory: Any) -> list[Any]:
        """Let clients in, and keep the certificate up from now on. `factory` makes their protocols."""
        opened = ports.adopt(self._sockets, ports.TLSFactory(self._keeper, factory))
        self._task = asyncio.ensure_future(self._keeper.keep_up())
        logger.info("Listening on %s", " ".join(self._origins.values()))
        return opened

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _known(self) -> dict[str, str]:
        """Return the origins that the operator has set, of the hosts that a certificate is for."""
        known = {str(urlsplit(origin).hostname): origin for origin in self._options.origins}
        return {host: known[host] for host in self._origins if host in known}

    def _for_itself(self) -> Answer:
        hosts, addresses = names.own_names(), names.own_addresses()
        # Addresses of IPv6 come and go. A certificate that is replaced for each of them would have to be
        # looked at anew on every device.
        needed = {*hosts, *(str(one) for one in addresses if isinstance(one, IPv4Address))}

        async def make() -> str:
            return own.make(hosts, addresses)

        def suits(certificate: Certificate) -> bool:
            return needed <= certificate.names

        self._keeper = Keeper(self._kept, names.SELF, make=make, suits=suits)
        return lambda token: None

    def _by_authority(self) -> Answer:
        # Loaded here: nobody else needs what it brings with it.
        from chatsite.server.tls import authority

        options = self._options
        account_key = self._kept.account_key(authority.new_account_key)
        signer = authority.Authority(
            options.authority,
            account_key=account_key,
            ca=options.ca,
            email=options.email,
            proxy=options.proxy,
        )
        # A certificate of another authority is not this one's: one that was for trying out, say.
        where = urlsplit(options.authority).netloc.replace(":", "_")

        def suits(certificate: Certificate) -> bool:
            return options.tls in certificate.names

        self._keeper = Keeper(
            self._kept,
            f"{options.tls}@{where}",
            make=partial(signer.issue, options.tls),
            suits=suits,
        )
        ending = b"." + authority.thumbprint(account_key).encode()
        return lambda token: token + ending
