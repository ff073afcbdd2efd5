"""Files that are sent as pictures to harm: each costs a bounded process, and the site nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rooms.imaging.limits import Limits
from rooms.imaging.remaker import Remaker
from tests.support import images
from tests.support.programs import ROOT
from tests.support.remade import remade

PATIENCE = 100
SMALL = images.encoded(images.quarters(90, 60), "PNG")


class Held:
    """The processes that were started, the first of which was stopped at once."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.running: list[int] = []  # before each, as it was started
        self.started = threading.Event()

    def popen(self, *arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        self.running.append(sum(process.poll() is None for process in self.processes))
        process = _popen(*arguments, **options)
        if not self.processes:
            os.kill(process.pid, signal.SIGSTOP)
        self.processes.append(process)
        self.started.set()
        return process

    def let_go(self) -> None:
        assert self.started.wait(PATIENCE)
        self.processes[0].send_signal(signal.SIGCONT)


_popen = subprocess.Popen


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held()
    monkeypatch.setattr("rooms.imaging.remaker.subprocess.Popen", held.popen)
    return held


def bombs() -> Iterator[tuple[str, bytes]]:
    yield "a PNG that says 50,000 × 50,000", images.png_that_says(50_000, 50_000)
    yield "a PNG of 12,000 × 12,000 zeros", images.png_of_zeros(12_000)
    yield "a PNG with a comment of 128 MiB", images.png_with_a_text_bomb()
    yield "a GIF with a frame beyond its screen", images.gif_beyond_its_screen()
    yield "a WebP with a canvas of 16,383 × 16,383", images.webp_canvas(16_383)


def test_bombs_are_no_pictures(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sent = list(bombs())
    before = memory()
    for name, bomb in sent:
        caplog.clear()
        assert remade(bomb, tmp_path, Remaker()) is None, name
        assert "no picture was made of a file" in caplog.text, name
    assert memory() - before < 32 * 2**20


def memory() -> int:
    """Bytes of real memory of this process."""
    [line] = [x for x in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in x]
    return int(line.split()[1]) * 1024


def test_ten_thousand_frames_are_one(tmp_path: Path) -> None:
    picture = remade(images.gif_of_frames(10_000), tmp_path, Remaker())
    assert picture is not None
    assert (picture.frames, picture.moves) == (10_000, False)


SCRIPT = b"/*<script>alert(1)</script>*/=1;alert(1)//"
POLYGLOTS = {
    "a GIF that is a script": b"GIF89a" + SCRIPT,
    "a GIF with a script behind it": images.gif_of_frames(2) + SCRIPT,
    "a JPEG with a page in its comment": images.encoded(
        images.quarters(90, 60), "JPEG", comment=SCRIPT
    ),
    "a PNG with an archive behind it": SMALL + b"PK\x03\x04" + SCRIPT,
}


def test_nothing_of_a_file_that_is_two_things_is_left(tmp_path: Path) -> None:
    made = {}
    for name, data in POLYGLOTS.items():
        made[name] = remade(data, tmp_path, Remaker())
        for path in (tmp_path / "thumb", tmp_path / "view"):
            if made[name]:
                assert b"alert" not in path.read_bytes(), name
                path.unlink()
    assert [name for name, picture in made.items() if picture is None] == ["a GIF that is a script"]


def test_a_process_has_so_much_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    little = Remaker(limits=Limits(memory=96 * 2**20))
    assert remade(images.png_of_zeros(6000), tmp_path, little) is None
    assert "MemoryError" in caplog.text
    assert remade(SMALL, tmp_path, little)


def test_a_process_has_so_much_of_the_processor(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = images.gif_of_frames(1_000_000)
    assert remade(data, tmp_path, Remaker(limits=Limits(processor=1, seconds=PATIENCE))) is None
    assert "its process was ended by SIG" in caplog.text


def test_a_process_writes_so_much(tmp_path: Path) -> None:
    data = images.encoded(images.noise(800, 800), "JPEG")
    assert remade(data, tmp_path, Remaker(limits=Limits(written=10_000))) is None


def test_a_process_that_hangs_is_ended(
    tmp_path: Path, held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    assert remade(SMALL, tmp_path, Remaker(limits=Limits(seconds=1))) is None
    assert "took longer than 1 s" in caplog.text
    assert [process.returncode for process in held.processes] == [-signal.SIGKILL]


def test_one_at_a_time_and_the_others_wait(tmp_path: Path, held: Held) -> None:
    remaker = Remaker(at_once=1)
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor() as threads:
        made = [threads.submit(remade, SMALL, folder, remaker) for folder in folders]
        held.let_go()
    assert all(one.result() for one in made)
    assert held.running == [0, 0, 0]


def test_a_process_knows_no_key(
    tmp_path: Path, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "known to the site")
    with ThreadPoolExecutor() as threads:
        made = threads.submit(remade, SMALL, tmp_path, Remaker())
        assert held.started.wait(PATIENCE)
        place = Path(f"/proc/{held.processes[0].pid}")
        assert b"SECRET_KEY" not in (place / "environ").read_bytes()
        assert {path.name for path in (place / "fd").iterdir()} <= {"0", "1", "2", "3"}
        held.let_go()
    assert made.result()


SEALED = """
import os, pathlib, signal, socket, sys
sys.path.append(sys.argv[1])
from rooms.imaging import confinement
from rooms.imaging.limits import Limits
confinement.confine(Limits())
confinement.seal()
for name, deed in {
    "open": lambda: open("/etc/hostname"),
    "list": lambda: os.listdir("/"),
    "connect": lambda: socket.socket(),
    "pair": lambda: socket.socketpair(),
    "pipe": lambda: os.pipe(),
    "delete": lambda: os.unlink(sys.argv[2]),
    "signal": lambda: os.kill(os.getppid(), 0),
}.items():
    try:
        deed()
    except OSError:
        continue
    print(name)
"""
# What the kernel forbids by Landlock alone, and since which version of it.
LANDLOCKED = {"delete": 1, "signal": 6}


def test_a_process_opens_nothing_once_it_is_sealed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    result = subprocess.run(
        [sys.executable, "-I", "-c", SEALED, ROOT, victim], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    version = landlock_version()
    assert result.stdout.split() == [name for name, since in LANDLOCKED.items() if version < since]


def landlock_version() -> int:
    ask = "import ctypes; print(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))"
    return int(subprocess.check_output([sys.executable, "-c", ask]))


def test_neither_knows_the_other() -> None:
    """No decoder is loaded into the site, and no Django into the process of a picture."""
    site = "import rooms.imaging.remaker, sys; assert 'PIL' not in sys.modules"
    process = (
        "import rooms.imaging.child, rooms.imaging.drawing, sys; assert 'django' not in sys.modules"
    )
    for check in (site, process):
        subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)
