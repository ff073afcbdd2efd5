"""ClamAV's daemon with one signature, that of EICAR's test file."""

import getpass
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import Process
from tests.support.programs import require_clamd

# Not as it is in a file: scanners of this machine would take this one for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"
STREAM_MAX = 4 * 2**20


class Clamd:
    """The daemon at a socket of its own. It may be stopped and started again."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="chat-clamd-"))
        self.socket = str(self.directory / "clamd.ctl")
        database = self.directory / "database"
        database.mkdir()
        (database / "eicar.hdb").write_text(_SIGNATURE)
        configuration = self.directory / "clamd.conf"
        configuration.write_text(
            f"LocalSocket {self.socket}\nDatabaseDirectory {database}\nForeground yes\n"
            f"User {getpass.getuser()}\nStreamMaxLength {STREAM_MAX}\nLogTime yes\n"
        )
        self._process = Process(
            [require_clamd(), "--config-file", configuration],
            log=self.directory / "clamd.log",
            ready=r"Self checking every|SelfCheck",
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        self._process.stop()
