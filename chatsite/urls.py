from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from chatsite.web import pwa

handler500 = "chatsite.web.errors.failed"

urlpatterns = [
    path("", include("rooms.urls")),
    path("account/", include("rooms.pages.account.urls")),
    path("history/", include("history.urls")),
    path(settings.CHAT_ADMIN_PATH, admin.site.urls),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("offline/", pwa.offline, name="offline"),
]
