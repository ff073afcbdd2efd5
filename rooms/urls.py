from django.urls import path

from rooms import reporting, views

urlpatterns = [
    path("", views.front, name="front"),
    path("rooms/<str:code>/", views.room, name="room"),
    path("rooms/<str:code>/waiting/", views.waiting, name="waiting"),
    path("rooms/<str:code>/leave/", views.leave, name="leave"),
    path("rooms/<str:code>/report/", reporting.report, name="report"),
    path("rooms/<str:code>/preview.png", views.link_preview, name="preview"),
]
