from django.urls import path

from rooms.pages.account import continuing, factor, handoff, hidden, machines, notifications, views

urlpatterns = [
    path("", views.overview, name="account"),
    path("register/", views.register, name="register"),
    path("login/", views.sign_in, name="login"),
    path("factor/", factor.prove, name="factor"),
    path("factor/passkey/", factor.options, name="factor_options"),
    path("logout/", views.sign_out, name="logout"),
    path("name/", views.name, name="rename"),
    path("password/", views.password, name="password"),
    path("sessions/", views.end_sessions, name="end_sessions"),
    path("reading/", views.show_reading, name="show_reading"),
    path("notifications/", notifications.change, name="notifications"),
    path("hidden/", hidden.change, name="hidden_people"),
    path("bots/", machines.revoke, name="revoke_machine"),
    path("handoff/", handoff.show, name="handoff"),
    path("handoff/state/", handoff.state, name="handoff_state"),
    path("handoff/answer/", handoff.answer, name="handoff_answer"),
    path("continue/", continuing.ask, name="continue"),
    path("continue/state/", continuing.state, name="continue_state"),
    path("continue/in/", continuing.come_in, name="continue_in"),
    path("data/", views.data, name="my_data"),
    path("delete/", views.delete, name="delete_account"),
]
