"""Images and containers of a test, in a storage of its own: buildah builds, podman runs.

No registry is asked. The base is made of Debian's packages, from the mirror that this machine has, in
the release that the Dockerfile's own base is of.
"""

import ast
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support import compose, programs
from tests.support.processes import Process
from tests.support.programs import ROOT

# The official image of Python has it in /usr/local, with `python` and `pip` on the PATH.
_PACKAGES = "ca-certificates,netbase,tzdata,python3,python3-venv"
_PYTHON = 'chroot "$1" python3 -m venv /usr/local'


class Containers:
    """Images, volumes and containers that are all gone after `close()`."""

    def __init__(self) -> None:
        self._programs = programs.require_container_programs()
        self.directory = Path(tempfile.mkdtemp(prefix="chat-containers-"))
        # A container of root's may not be entered by others, and its files may.
        self.directory.chmod(0o755)
        self._storage = [f"--root={self.directory}/storage", f"--runroot={self.directory}/run"]
        self._driver = self._usable_driver()

    def make_base(self) -> str:
        """Make an image like the Dockerfile's base, and return its name."""
        release = compose.image_base().rpartition("-")[2]
        tree = self.directory / "base.tar"
        mmdebstrap = self._programs["mmdebstrap"]
        options: list[str | Path] = [
            "--variant=minbase",
            f"--include={_PACKAGES}",
            f"--customize-hook={_PYTHON}",
        ]
        options += ["--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/doc/*"]
        options += ["--dpkgopt=path-exclude=/usr/share/man/*"]
        self._run([mmdebstrap, *options, release, tree, debian_mirror()])
        self.podman("import", tree, "localhost/base")
        tree.unlink()
        return "localhost/base"

    def build(self, base: str) -> str:
        """Build the Dockerfile from the tree as git has it, and return the image's name."""
        tree = self.directory / "tree"
        export_tree(tree)
        configured = self.directory / "pip.conf"
        text, needed = pip_configuration()
        configured.touch(mode=0o600)
        configured.write_text(text)
        mounts = [f"--volume={path}:{path}:ro" for path in needed]
        mounts.append(f"--volume={configured}:/etc/pip.conf:ro")
        buildah: list[str | Path] = [self._programs["buildah"], *self._storage]
        buildah.append(f"--storage-driver={self._driver}")
        # The format of Docker: OCI's own has no health checks.
        flags = ["--isolation=chroot", "--format=docker", "--layers", "--pull-never"]
        flags += [f"--build-arg=BASE={base}", *mounts, "--tag=localhost/chat"]
        self._run([*buildah, "bud", *flags, tree])
        return "localhost/chat"

    def size(self, image: str) -> int:
        """Return how many bytes an image has, unpacked."""
        return int(self.podman("image", "inspect", "--format", "{{.Size}}", image))

    def command(self, service: Mapping[str, Any], *arguments: str) -> list[str | Path]:
        """Return the `podman run …` of a service of compose.yaml; it ends with the arguments."""
        flags = ["--rm", "--network=host", "--health-interval=disable", *self._limits()]
        if service.get("read_only"):
            flags += ["--read-only", "--read-only-tmpfs=false"]
        flags += [f"--cap-drop={name}" for name in service.get("cap_drop", [])]
        flags += [f"--security-opt={option}" for option in service.get("security_opt", [])]
        flags += [f"--volume={volume}" for volume in service.get("volumes", [])]
        if period := service.get("stop_grace_period"):
            flags.append(f"--stop-timeout={period.removesuffix('s')}")
        flags += [f"--env={name}={value}" for name, value in service["environment"].items()]
        return [*self._podman, "run", *flags, *arguments]

    def run(self, service: Mapping[str, Any], image: str, *command: str) -> bytes:
        """Return what a command prints in a container of its own, as `docker compose run` runs it."""
        return self._run(self.command(service, image, *command))

    def volume(self, name: str) -> Path:
        """Return where a volume is on this machine."""
        return Path(self.podman("volume", "inspect", "--format", "{{.Mountpoint}}", name))

    def podman(self, *arguments: str | Path) -> str:
        """Run podman and return what it printed. Raises AssertionError with what it says if it fails."""
        return self._run([*self._podman, *arguments]).decode().strip()

    def try_podman(self, *arguments: str) -> bool:
        """Return whether podman ended well."""
        return subprocess.run([*self._podman, *arguments], capture_output=True).returncode == 0

    @property
    def _podman(self) -> list[str | Path]:
        alone = [
            "--cgroup-manager=cgroupfs",
            "--events-backend=file",
        ]  # whether systemd runs or not
        runtime = [f"--runtime={found}"] if (found := shutil.which("runc")) else []
        program = self._programs["podman"]
        return [program, *self._storage, f"--storage-driver={self._driver}", *alone, *runtime]

    def _limits(self) -> list[str]:
        """podman would raise them, which it may not everywhere."""
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return [f"--ulimit=nofile={files}:{files}", "--ulimit=nproc=4096:4096"]

    def _usable_driver(self) -> str:
        """Return `overlay`, or `vfs` where the kernel or the file system has none: it copies all layers."""
        ask: list[str | Path] = [
            self._programs["buildah"],
            *self._storage,
            "--storage-driver=overlay",
            "info",
        ]
        usable = subprocess.run(ask, capture_output=True).returncode == 0
        return "overlay" if usable else "vfs"

    def _run(self, command: Sequence[str | Path]) -> bytes:
        done = subprocess.run(command, capture_output=True, check=False)
        said = done.stdout[-2000:].decode(errors="replace") + done.stderr[-2000:].decode()
        assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {said}"
        return done.stdout

    def close(self) -> None:
        self.try_podman("rm", "--all", "--force", "--volumes", "--time=0")
        self.try_podman("image", "unmount", "--all")
        shutil.rmtree(self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class ContainedWorker:
    """A worker of compose.yaml in its container, on a port of its own."""

    def __init__(
        self,
        containers: Containers,
        image: str,
        service: Mapping[str, Any],
        *,
        name: str,
        port: int,
    ) -> None:
        self.name, self.port = name, port
        self._containers = containers
        self.process = Process(
            containers.command(service, f"--name={name}", f"--env=PORT={port}", image),
            log=containers.directory / f"{name}.log",
            ready=rf"Listening on .*:{port}\b",
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process.start()

    def healthy(self) -> bool:
        """Return what the HEALTHCHECK of the image says, run once."""
        return self._containers.try_podman("healthcheck", "run", self.name)

    def stop(self) -> int:
        """SIGTERM and its grace, as an engine stops a container. Return its exit code."""
        self._containers.podman("stop", self.name)
        return self.process.wait(timeout=30)

    def inside(self, *command: str) -> str:
        """Return what a command in the container prints."""
        return self._containers.podman("exec", self.name, *command)


def export_tree(directory: Path) -> None:
    """Copy what git has, or would have with the next commit of everything."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)


def debian_mirror() -> str:
    """Return the mirror of Debian that this machine's apt has. Raises AssertionError without one."""
    ask = ["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)"]
    said = subprocess.run(ask, check=True, capture_output=True, text=True).stdout
    mirrors = re.findall(r"^main (\S+/debian/?)$", said, re.MULTILINE)
    assert mirrors, "apt has no mirror of Debian (deb … main) to make a base image from"
    return str(mirrors[0])


def pip_configuration() -> tuple[str, list[Path]]:
    """Return what pip is told on this machine, as one file, and the local files and folders it names."""
    ask = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(ask, check=True, capture_output=True, text=True).stdout
    sections: dict[str, dict[str, str]] = {}
    paths: list[Path] = []
    for line in said.splitlines():
        key, _, quoted = line.partition("=")
        words = str(ast.literal_eval(quoted)).split()
        section, _, name = key.rpartition(".")
        section = "global" if section == ":env:" else section
        sections.setdefault(section, {})[name] = " ".join(words)
        for word in words:
            if word.startswith(("/", "file:///")):
                path = Path("/" + word.removeprefix("file://").lstrip("/"))
                # The pages of an index name files beside it.
                paths.append(path.parent if path.name == "simple" else path)
    text = "".join(
        f"[{section}]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())
        for section, values in sections.items()
    )
    return text, sorted({path for path in paths if path.exists()})
