from django.urls import path, re_path

from history import downloads, views

urlpatterns = [
    path("", views.index, name="history"),
    path("export/", downloads.own, name="export"),
    path("rooms/", views.room_list, name="history_rooms"),
    # Anything else would go to the database as it is: PostgreSQL takes no NUL.
    re_path(r"^rooms/(?P<room_id>r_[0-9a-z]{1,18})/$", views.transcript, name="transcript"),
    re_path(
        r"^rooms/(?P<room_id>r_[0-9a-z]{1,18})/search/$", views.room_search, name="room_search"
    ),
    re_path(r"^rooms/(?P<room_id>r_[0-9a-z]{1,18})/export/$", downloads.room, name="room_export"),
]
