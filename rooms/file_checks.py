"""Django's check that all workers have the same files."""

import socket
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.db import Error
from django.db.models.functions import Now

from history import storage
from rooms.models import Worker


def check_shared(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Return whether a worker that is running keeps its files in another folder than this machine's."""
    if not databases or not settings.CHAT_FILE_MAX:
        return []
    try:
        # This machine's own may not have started with this folder yet: after a restore, for example.
        living = Worker.objects.filter(lease_until__gte=Now()).exclude(
            host__in=["", socket.gethostname()]
        )
        hosts = sorted(set(living.values_list("host", flat=True)))
    except Error:
        return []  # history.usable says what is wrong with the database
    others = [host for host in hosts if not storage.is_used_by(host)]
    if not others:
        return []
    return [
        checks.Error(
            f"Workers on {', '.join(others)} do not keep files in the folder that this machine has: what is "
            "sent through one worker could not be read through another.",
            hint="Mount one folder as `files` of CHAT_DATA_DIR on all machines, or set CHAT_FILES to a store "
            "with S3's API. CHAT_FILE_MAX=0 takes no files.",
            id="rooms.E001",
        )
    ]
