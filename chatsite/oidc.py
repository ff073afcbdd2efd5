"""What the settings of the provider (CHAT_OIDC_…) may be."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# rooms/roles.py has the groups of the first two; the third is no group.
ROLES = ("moderator", "administrator", "superuser")
# Hosts that no network is between: without TLS for a provider on one's own machine, to try it.
_HERE = {"localhost", "127.0.0.1", "::1"}


def is_issuer(text: str) -> bool:
    """Return True for what can be an issuer: https, with a host, and nothing behind the path."""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
        url.port  # noqa: B018
    except ValueError:
        return False
    if url.username is not None or "?" in text or "#" in text or not text.isascii() or " " in text:
        return False
    return bool(host) and (url.scheme == "https" or (url.scheme == "http" and host in _HERE))


def roles(text: str) -> dict[str, str]:
    """Return the role that each group gives, from "group=role; another=role".

    A group's name may have commas, blanks and = in it, as a path or a name of LDAP's has.
    """
    found = {}
    for pair in filter(None, map(str.strip, text.split(";"))):
        group, _, role = (part.strip() for part in pair.rpartition("="))
        if not group or role not in ROLES or group in found:
            raise ImproperlyConfigured(
                "CHAT_OIDC_ROLES must be like chat-desk=moderator; chat-admins=administrator, each group "
                f"once and each role one of {', '.join(ROLES)}, not {pair!r}"
            )
        found[group] = role
    return found


def secret(value: str, file: str) -> str:
    """Return the client's secret, from the variable or from the file that another one names."""
    if value and file:
        raise ImproperlyConfigured(
            "CHAT_OIDC_CLIENT_SECRET and CHAT_OIDC_CLIENT_SECRET_FILE exclude each other"
        )
    if file:
        try:
            value = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"CHAT_OIDC_CLIENT_SECRET_FILE: {error}") from None
    if not value:
        raise ImproperlyConfigured(
            "CHAT_OIDC_ISSUER needs CHAT_OIDC_CLIENT_SECRET or CHAT_OIDC_CLIENT_SECRET_FILE beside it"
        )
    return value
