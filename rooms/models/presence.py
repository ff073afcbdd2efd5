"""Connections: the sockets of people, by worker."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from rooms.models.rooms import Room


class Worker(models.Model):
    """A server process that is alive for as long as it renews its lease, on the database's clock."""

    boot_id = models.CharField(max_length=32, unique=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Connection(models.Model):
    """One open socket: it counts while its worker's lease does."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="connections")
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="connections", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    socket_id = models.CharField(max_length=32, unique=True)

    class Meta:
        indexes = (models.Index(fields=["room", "user"], name="connection_room_user"),)

    def __str__(self) -> str:
        return self.socket_id
