"""The server: Daphne with a drain, bounded readers, and sockets the application may write to."""

import asyncio
import gc
import logging
import os
import signal
from ipaddress import ip_address
from typing import Any

from daphne.access import AccessLogGenerator
from daphne.server import reactor
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import serverFromString
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)

from chatsite.server.access_log import AccessLog
from chatsite.server.applications import ApplicationServer
from chatsite.server.drain import drain
from chatsite.server.http import ChatHTTPFactory
from chatsite.server.lifespan import Lifespan, StartupFailed
from chatsite.server.tls.front import Front, Options
from chatsite.server.tls.problem import TLSProblem
from chatsite.server.websocket import ChatSocketFactory

logger = logging.getLogger(__name__)

# Connections that the kernel keeps waiting during a storm of reconnects. Twisted's 50 overflow in a
# tenth of a second, and a client that is turned away tries again only after 1, 3 and 7 s.
BACKLOG = 2048

# What the process exits with if it could not start, and if it was https that it could not serve: then
# nothing changes by trying again at once (deploy/systemd/chat-https.service).
FAILED, NO_HTTPS = 1, 78

# Seconds in which the timeouts of every connection are checked once, some of them in each step. Pings
# to all sockets at once, and the pongs from them, would be felt as a pause.
CHECK_PERIOD = 2.0
CHECK_STEP = 0.1


class Server(ApplicationServer):
    """The server; takes the arguments of Daphne's, and with `tls` serves https in place of `endpoints`.

    `run` returns when the server has stopped. `forced` then says whether it was told to stop at once.
    """

    def __init__(self, *args: Any, tls: Options | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("server_name", "")  # nobody needs to know
        self._access_log: AccessLog | None = None
        if isinstance(log := kwargs.get("action_logger"), AccessLogGenerator):
            self._access_log = AccessLog(log.stream, reactor._asyncioEventloop)
            kwargs["action_logger"] = self._access_log
        super().__init__(*args, **kwargs)
        self._knows_of_proxy = bool(self.proxy_forwarded_address_header)
        self.drain_delay = float(os.environ.get("CHAT_DRAIN_DELAY", "0"))
        self.drain_timeout = float(os.environ.get("CHAT_DRAIN_TIMEOUT", "10"))
        self.abort_start: bool
        self.forced = False
        self.exit_code = FAILED  # if it does not start
        self._unchecked: list[Any] = []
        self._ports: list[Any] = []
        self._front = Front(tls, backlog=BACKLOG) if tls is not None else None
        self._lifespan = Lifespan(self.application)
        self._startup: asyncio.Task[None] | None = None
        self._drain_task: asyncio.Task[None] | None = None
        self._stopped = False
        self._signals = (signal.SIGTERM, signal.SIGINT) if self.signal_handlers else ()

    # Starting -----------------------------------------------------------------------------------

    def run(self) -> None:
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        loop.set_debug(self.verbosity >= 3)
        self._log_twisted()
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.callWhenRunning(self._begin, loop)
        try:
            reactor.run(installSignalHandlers=False)
        finally:
            for number in self._signals:
                loop.remove_signal_handler(number)
            if self._access_log is not None:
                self._access_log.flush()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in self._signals:
            loop.add_signal_handler(number, self._signalled, number)
        self._startup = loop.create_task(self._start())

    async def _start(self) -> None:
        try:
            if self._front is not None:
                self._ports += await self._front.begin()
            await self._lifespan.startup()
            # What was imported is never garbage. Without this each full collection walks through it,
            # for some 100 ms in which nobody is served.
            gc.collect()
            gc.freeze()
            # Sockets that arrive by the hundred allocate objects that stay. Python's default, a
            # collection of the youngest every 700 objects, costs a tenth of letting sockets in.
            gc.set_threshold(10_000, 10, 10)
            self._listen()
            if not self.abort_start:
                return
            await self._lifespan.shutdown(self.drain_timeout)
        except StartupFailed as error:
            logger.critical("The application cannot start: %s", error)
            self.abort_start = True
        except TLSProblem as problem:
            logger.critical("Cannot serve https: %s", problem)
            self.exit_code = NO_HTTPS
            self.abort_start = True
        except asyncio.CancelledError:
            logger.info("Stopped while starting")
        except Exception:
            logger.critical("The server cannot start", exc_info=True)
            self.abort_start = True
        self.stop()

    def _log_twisted(self) -> None:
        """Log errors inside Twisted, and the rest of its records with -v 2."""
        level = LogLevel.debug if self.verbosity > 1 else LogLevel.error
        threshold: Any = LogLevelFilterPredicate(defaultLogLevel=level)
        sink: Any = STDLibLogObserver("twisted")
        observer: Any = FilteringLogObserver(sink, [threshold])
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)

    def _listen(self) -> None:
        self.http_factory = ChatHTTPFactory(self)
        self.ws_factory = ChatSocketFactory(self)
        self.application_checker()
        self.timeout_checker()
        if self._front is not None:
            self._ports += self._front.listen(self.http_factory)
        for description in self.endpoints if self._front is None else ():
            if description.startswith("tcp:") and ":backlog=" not in description:
                description += f":backlog={BACKLOG}"
            endpoint: Any = serverFromString(reactor, description)  # type: ignore[no-untyped-call]
            listener = endpoint.listen(self.http_factory)
            listener.addCallbacks(self.listen_success, self.listen_error)
            self.listeners.append(listener)
        if self.ready_callable and not self.abort_start:
            self.ready_callable()

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)
        logger.info("Listening on %s", _address(port.getHost()))

    def listen_error(self, failure: Any) -> None:
        logger.critical("Cannot listen: %s", failure.getErrorMessage())
        self.abort_start = True

    # Stopping -----------------------------------------------------------------------------------

    def _signalled(self, number: int) -> None:
        name = signal.Signals(number).name
        if self._startup is not None and not self._startup.done():
            self._startup.cancel()
        elif self._drain_task is None:
            self._drain_task = asyncio.ensure_future(self._drain(name))
        else:
            logger.warning("%s again: stopping at once", name)
            self.forced = True
            self.stop()

    async def _drain(self, reason: str) -> None:
        if self._front is not None:
            self._front.stop()
        try:
            await drain(
                reason=reason,
                delay=self.drain_delay,
                timeout=self.drain_timeout,
                ports=self._ports,
                connections=self.connections.keys(),
                lifespan=self._lifespan,
            )
        except Exception:
            logger.exception("Exception while draining")
        finally:
            self.stop()

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            reactor.stop()

    def look_for_proxy(self, headers: Any, peer: Any) -> None:
        """Warn once that requests come through a proxy and --proxy-headers is not set."""
        if self._knows_of_proxy or not headers.hasHeader(b"x-forwarded-for"):
            return
        host = getattr(peer, "host", "")
        if host and not ip_address(host.partition("%")[0]).is_private:
            return  # a visitor made the header up, or more than our own proxy is in front
        self._knows_of_proxy = True
        logger.warning(
            "A proxy is in front of this server (%s), and --proxy-headers is not set: all visitors "
            "count as one address, and share its limits",
            host or "a socket",
        )

    # Watching ----------------------------------------------------------------------------------

    def timeout_checker(self) -> None:
        reactor.callLater(CHECK_STEP, self.timeout_checker)
        if not self._unchecked:
            self._unchecked = list(self.connections)
            self._step = 1 + int(len(self._unchecked) * CHECK_STEP / CHECK_PERIOD)
        step, self._unchecked = self._unchecked[: self._step], self._unchecked[self._step :]
        for protocol in step:
            if protocol in self.connections:
                try:
                    protocol.check_timeouts()
                except Exception:
                    logger.exception("Exception while checking %r", protocol)


def _address(host: Any) -> str:
    """Return the address for a browser; tests and users of bin/serve wait for it in the log."""
    if not isinstance(host, IPv4Address | IPv6Address):
        return str(host)
    name = f"[{host.host}]" if isinstance(host, IPv6Address) else host.host
    return f"http://{name}:{host.port}"
