from django.urls import path

from rooms.pages.account import hidden, views

urlpatterns = [
    path("", views.overview, name="account"),
    path("register/", views.register, name="register"),
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("name/", views.name, name="rename"),
    path("password/", views.password, name="password"),
    path("sessions/", views.end_sessions, name="end_sessions"),
    path("reading/", views.show_reading, name="show_reading"),
    path("hidden/", hidden.change, name="hidden_people"),
    path("data/", views.data, name="my_data"),
    path("delete/", views.delete, name="delete_account"),
]
