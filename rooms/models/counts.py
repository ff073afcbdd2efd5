"""How many of what came about when: for charts, without reading a million rows for each."""

from django.db import models


class HourlyCount(models.Model):
    """How many came about in one hour, UTC. It stays when what was counted is erased."""

    # One of rooms/counts.py, or "refused:" and the code of a refusal.
    subject = models.CharField(max_length=40)
    hour = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "rooms_tally"
        constraints = (
            models.UniqueConstraint(fields=["subject", "hour"], name="tally_once_per_hour"),
        )

    def __str__(self) -> str:
        return f"{self.count} {self.subject}, {self.hour}"


class CountedThrough(models.Model):
    """Up to which key the rows of a subject have been counted."""

    subject = models.CharField(max_length=8, primary_key=True)
    through = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rooms_tallied"

    def __str__(self) -> str:
        return f"{self.subject} up to {self.through}"
