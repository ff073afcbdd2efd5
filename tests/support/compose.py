"""compose.yaml as its engine understands it, and what the Dockerfile says of the image it starts."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.support.programs import ROOT

# What an .env of DEPLOYMENT's has.
VARIABLES = {
    "SECRET_KEY": "the-key-of-a-composed-site-0123456789-0123456789",
    "POSTGRES_PASSWORD": "a-password",
    "CHAT_NAME": "chat.example.org",
    "CHAT_VAPID_KEY": "oPVb8FLMyYPOyF5mMZJrIrVZqZ9ux2sMS2CyEVfhYvM",
}
# What engines and monitors ask a worker.
PROBES = ("/healthz", "/readyz", "/metrics")
# $$, or ${NAME} with what stands in its place, or what is said, where it is unset or empty.
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")

Service = dict[str, Any]


def services(file: str = "compose.yaml") -> dict[str, Service]:
    """Return the services by name, with the variables put in. Raises KeyError without a needed one."""
    variables = VARIABLES

    def put_in(value: Any) -> Any:
        match value:
            case str():
                return _VARIABLE.sub(lambda found: _value(found, variables), value)
            case list():
                return [put_in(each) for each in value]
            case dict():
                return {name: put_in(each) for name, each in value.items()}
        return value

    loaded = yaml.safe_load((ROOT / file).read_text())
    composed: dict[str, Service] = put_in(loaded["services"])
    return composed


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name, operator, word = found.groups()
    if name is None:
        return "$"
    if value := variables.get(name):
        return value
    if operator == "-":
        return _VARIABLE.sub(lambda inner: _value(inner, variables), word)
    raise KeyError(f"{name}: {word}")


def workers() -> list[str]:
    return [name for name in services() if name.startswith("worker")]


def environment(service: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """Return a service's environment. `addresses`: what to put in place of `postgres:5432` and its like."""
    found: dict[str, str] = services()[service]["environment"]
    for name, address in addresses.items():
        found = {key: value.replace(name, address) for key, value in found.items()}
    return found


def nginx_variables(addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of nginx's template, the workers by `addresses`.

    Without `resolver` and `resolve`: an address needs none, and an nginx before 1.27.3 has none.
    """
    variables = environment("nginx", addresses)
    named = variables["CHAT_WORKERS"]
    listed = re.sub(r"resolver [^;]*; *| resolve\b", "", named)
    assert listed != named
    return {
        name: value
        for name, value in {**variables, "CHAT_WORKERS": listed}.items()
        if name.startswith("CHAT_")
    }


def image_command() -> list[str]:
    """Return what the image runs."""
    return _from_dockerfile(r"^CMD (\[.*\])$")


def image_health_check() -> list[str]:
    """Return the command by which an engine asks a container of the image whether it is well."""
    return _from_dockerfile(r"^HEALTHCHECK [^[]*CMD (\[.*\])$")


def image_base() -> str:
    [base] = re.findall(r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return str(base)


def _from_dockerfile(pattern: str) -> list[str]:
    [found] = re.findall(pattern, (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    command: list[str] = json.loads(found)
    return command
