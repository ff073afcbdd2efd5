"""Django's checks of what web push needs."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from rooms import vapid


def check_key(**options: Any) -> list[CheckMessage]:
    """Return what keeps the site from notifying anybody."""
    if not _is_on():
        return []
    try:
        vapid.key()
    except vapid.NoKey as error:
        hint = "Until then nobody is notified. CHAT_PUSH=off switches web push off."
        return [checks.Warning(str(error), hint=hint, id="rooms.W001")]
    return []


def check_common_key(**options: Any) -> list[CheckMessage]:
    """Return whether workers on several machines would each have a key of their own."""
    if not _is_on() or settings.CHAT_VAPID_KEY or not settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "With REDIS_URL there may be several workers, and without CHAT_VAPID_KEY each data directory "
            "has a key of its own: browsers that subscribed through one worker cannot be notified by another.",
            hint="Set CHAT_VAPID_KEY to the same for all workers: the text of "
            f"{settings.DATA_DIR / vapid.FILE}, if that has been in use, or a new one of "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'.",
            id="rooms.W002",
        )
    ]


def _is_on() -> bool:
    return settings.CHAT_PUSH != "off" and bool(settings.CHAT_OUTBOUND)
