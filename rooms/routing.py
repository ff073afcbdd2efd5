"""Which socket goes where."""

from django.urls import re_path

from rooms.consumers import RoomConsumer

websocket_urlpatterns = [
    re_path(r"^ws/rooms/(?P<code>[^/]{1,40})/?$", RoomConsumer.as_asgi()),
]
