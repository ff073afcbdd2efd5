"""Passkeys of the staff. Authenticator apps and recovery codes have the tables of django-otp."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

# Characters that a person names a second factor with: django-otp's column of the same has as many.
NAME_MAX = 64


class Passkey(models.Model):
    """A public key with which somebody proves who they are (WebAuthn). The private one never leaves the device."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys"
    )
    name = models.CharField(max_length=NAME_MAX)
    # By which the device finds its key: at most 1023 bytes, in base64url.
    credential_id = models.CharField(max_length=1364, unique=True)
    # In COSE's form.
    public_key = models.BinaryField()
    # How often the device says it has signed; 0 for ever if it does not count.
    sign_count = models.BigIntegerField(default=0)
    # Ways to reach the device, separated by spaces: "usb nfc", "internal".
    transports = models.CharField(max_length=100, blank=True)
    # The host name it was made at: browsers use it at no other.
    host = models.CharField(max_length=253)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "passkey"

    def __str__(self) -> str:
        return self.name
