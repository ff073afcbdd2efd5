"""The audit log of moderation, and reports."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rooms.models.rooms import Room


class Deed(models.Model):
    """An entry of the audit log: who did what to whom, and why. Only ever added.

    The database itself refuses to change or remove one (see the migration's triggers). So people
    and rooms are named by their public ids and their names of then, not by keys.
    """

    at = models.DateTimeField("when", db_default=Now())
    actor_id = models.CharField("who", max_length=20, blank=True)
    actor_name = models.CharField("name", max_length=150, blank=True)
    # As what: owner, moderator, staff, self or system.
    role = models.CharField("as", max_length=9)
    verb = models.CharField("did", max_length=24)
    target_id = models.CharField("to whom", max_length=20, blank=True)
    target_name = models.CharField("name", max_length=150, blank=True)
    room_id = models.CharField("room", max_length=20, blank=True)
    room_code = models.CharField("code", max_length=12, blank=True)
    reason = models.CharField("why", max_length=500, blank=True)
    details: Any = models.JSONField(default=dict)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="undone_by", null=True
    )

    class Meta:
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        indexes = (
            models.Index(fields=["room_id", "id"], name="deed_room"),
            models.Index(fields=["target_id", "id"], name="deed_target"),
            models.Index(fields=["actor_id", "id"], name="deed_actor"),
            models.Index(fields=["verb", "id"], name="deed_verb"),
        )

    def __str__(self) -> str:
        return f"{self.actor_name or 'the site'}: {self.verb}"


class Report(models.Model):
    """That somebody asks staff to look at a message or a person, with what was said around it.

    `excerpt` is what the log held then, as wire messages: it survives edits and deletions. One
    person reports a message once, and another person once until that report is settled. People who
    report what an open report is about already add a Seconding to it.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        UPHELD = "upheld", "upheld"
        DISMISSED = "dismissed", "dismissed"

    class Reason(models.TextChoices):
        ABUSE = "abuse", "abuse or harassment"
        SPAM = "spam", "spam"
        ILLEGAL = "illegal", "something illegal"
        PRIVATE = "private", "somebody’s private data"
        OTHER = "other", "something else"

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="reported", null=True
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="reports", null=True
    )
    # The message's number in the room; unset when it is about the person.
    seq = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=8, choices=Reason)
    comment = models.CharField(max_length=1000, blank=True)
    # How many people reported it: the reporter and those who seconded.
    count = models.PositiveIntegerField("reported by", default=1, db_default=1)
    excerpt: Any = models.JSONField(default=list)
    created_at = models.DateTimeField("reported", db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    handled_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField("what was done", max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["room", "seq", "reporter"],
                condition=Q(seq__isnull=False),
                name="report_once_per_message",
            ),
            models.UniqueConstraint(
                fields=["room", "person", "reporter"],
                condition=Q(seq__isnull=True, state="open"),
                name="report_person_once_while_open",
            ),
        )
        indexes = (
            models.Index(fields=["state", "id"], name="report_state"),
            # What is under report is not touched by retention.
            models.Index(fields=["room", "seq"], condition=Q(state="open"), name="report_open"),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"


class Seconding(models.Model):
    """That one more person reported what an open report is about, and why."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="secondings")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seconded"
    )
    reason = models.CharField(max_length=8, choices=Report.Reason)
    comment = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["report", "reporter"], name="seconding_once"),
        )

    def __str__(self) -> str:
        return f"{self.reporter} in {self.report}"
