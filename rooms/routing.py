"""Which socket goes where."""

from typing import Any, cast

from django.urls import re_path

from rooms.consumers import RoomConsumer

websocket_urlpatterns = [
    re_path(r"^ws/rooms/(?P<code>[^/]{1,40})/?$", cast(Any, RoomConsumer.as_asgi())),
]
