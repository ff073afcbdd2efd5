"""Ask ClamAV's daemon whether there is a virus in a file, where CHAT_CLAMD names one.

Its protocol is clamd(8)'s INSTREAM: the file in blocks, each after its length. A daemon that does not
answer is no reason to let a file pass: it is sent again.
"""

import logging
import socket
import struct
from pathlib import Path

from django.conf import settings

from rooms.refusals.files import HasVirus, NotScanned, ScannerAway

logger = logging.getLogger(__name__)

_BLOCK = 256 * 1024
# Seconds.
_CONNECT, _ANSWER = 3, 60
_LATER = 10
_ANSWER_MAX = 4096


def scan(path: Path) -> None:
    """Raise HasVirus for a file with a virus, NotScanned for one that is too big to be looked at.

    Raises ScannerAway while the daemon does not answer. Without CHAT_CLAMD every file passes.
    """
    if not settings.CHAT_CLAMD:
        return
    try:
        answer = _ask(path)
    except OSError as error:
        logger.error("clamd does not answer: %s", error)
        raise ScannerAway(retry_after=_LATER) from error
    if answer == "stream: OK":
        return
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        logger.warning("a file had a virus: %s", answer[len("stream: ") : -len(" FOUND")])
        raise HasVirus
    if "size limit exceeded" in answer:
        raise NotScanned
    logger.error("clamd answers %r", answer)
    raise ScannerAway(retry_after=_LATER)


def _ask(path: Path) -> str:
    with _connected() as daemon, path.open("rb") as file:
        try:
            daemon.sendall(b"zINSTREAM\0")
            while block := file.read(_BLOCK):
                daemon.sendall(struct.pack(">I", len(block)) + block)
            daemon.sendall(struct.pack(">I", 0))
        except ConnectionError:
            pass  # it reads no further, and has said why
        return _answered(daemon)


def _connected() -> socket.socket:
    where = settings.CHAT_CLAMD
    if where.startswith("/"):
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(_CONNECT)
        daemon.connect(where)
    else:
        host, _, port = where.rpartition(":")
        # The operator names it, as DATABASE_URL names the database: no visitor has a say.
        address = (host.strip("[]"), int(port))
        daemon = socket.create_connection(address, timeout=_CONNECT)  # noqa: TID251
    daemon.settimeout(_ANSWER)
    return daemon


def _answered(daemon: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _ANSWER_MAX:
        more = daemon.recv(_ANSWER_MAX)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
