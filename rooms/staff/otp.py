"""Takes django-otp's own pages out of the admin: they show secrets, and change what only verbs may."""

from django.contrib import admin
from django_otp.plugins.otp_static import admin as _static_pages  # noqa: F401 (registers itself)
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as _totp_pages  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

admin.site.unregister([StaticDevice, TOTPDevice])
