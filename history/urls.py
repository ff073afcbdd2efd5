from django.urls import path

from history import views

urlpatterns = [
    path("", views.index, name="history"),
    path("export/", views.download, name="export"),
    path("rooms/", views.room_list, name="history_rooms"),
    path("rooms/<str:room_id>/", views.transcript, name="transcript"),
]
