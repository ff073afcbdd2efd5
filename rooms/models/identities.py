"""Who somebody of the staff is at the provider that they sign in with."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Identity(models.Model):
    """A subject of an issuer, and the account that it signs in to.

    Nothing else says whose an account is: e-mail addresses and names at a provider change hands.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities"
    )
    # Both as the provider writes them: they are compared letter by letter.
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    # What the account has by way of the provider, and loses by it: roles, and the right to come in here.
    roles = models.JSONField(default=list)
    made_staff = models.BooleanField(default=False)
    bound_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_is_one_account"),
            models.UniqueConstraint(fields=["user", "issuer"], name="account_has_one_identity"),
        )

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"
