from django.urls import path, re_path

from history import file_views
from rooms.pages import bell, call, files, front, hooks, push, report
from rooms.pages.manage import bots as manage_bots
from rooms.pages.manage import ending
from rooms.pages.manage import hooks as manage_hooks
from rooms.pages.manage import views as manage

urlpatterns = [
    path("", front.front, name="front"),
    path("hooks/<str:token>", hooks.post, name="hook"),
    path("push/", push.push, name="push"),
    path("push/seen/", push.seen, name="push_seen"),
    path("push/test/", push.test, name="test_push"),
    path("push/forget/", push.forget, name="forget_push"),
    path("rooms/<str:code>/", front.room, name="room"),
    # A link with what stood behind it in a message: a bracket, a quote, a full stop.
    re_path(r"^rooms/(?P<code>[^/]+)/[^\w/]{1,9}/?$", front.tidied),
    path("rooms/<str:code>/waiting/", front.waiting, name="waiting"),
    path("rooms/<str:code>/leave/", front.leave, name="leave"),
    path("rooms/<str:code>/call/", call.call, name="call"),
    path("rooms/<str:code>/bell/", bell.page, name="bell"),
    path("rooms/<str:code>/files/", files.of_room, name="room_files"),
    re_path(r"^files/(?P<file_id>f_[0-9a-f]{8,32})/$", files.one, name="file"),
    re_path(r"^files/(?P<file_id>f_[0-9a-f]{8,32})/thumb/$", file_views.thumb, name="file_thumb"),
    re_path(r"^files/(?P<file_id>f_[0-9a-f]{8,32})/view/$", file_views.view, name="file_view"),
    re_path(
        r"^files/(?P<file_id>f_[0-9a-f]{8,32})/(?P<name>[^/]{1,400})$",
        file_views.whole,
        name="file_whole",
    ),
    path("rooms/<str:code>/report/", report.report, name="report"),
    path("rooms/<str:code>/manage/", manage.page, name="manage"),
    path("rooms/<str:code>/manage/settings/", manage.change, name="manage_settings"),
    path("rooms/<str:code>/manage/code/", manage.renew_code, name="manage_code"),
    path("rooms/<str:code>/manage/end/", ending.end, name="end"),
    path("rooms/<str:code>/manage/end/undo/", ending.reopen, name="reopen"),
    path("rooms/<str:code>/manage/end/plan/", ending.plan, name="plan_end"),
    path("rooms/<str:code>/manage/people/<str:who>/", manage.about, name="about_person"),
    path("rooms/<str:code>/manage/people/<str:who>/<str:verb>/", manage.person, name="order"),
    path("rooms/<str:code>/manage/waiting/refuse/", manage.refuse_all, name="refuse_all"),
    path("rooms/<str:code>/manage/bots/", manage_bots.page, name="manage_bots"),
    path("rooms/<str:code>/manage/bots/<str:who>/key/", manage_bots.ask_key, name="new_bot_key"),
    path("rooms/<str:code>/manage/bots/<str:who>/remove/", manage_bots.remove, name="remove_bot"),
    path("rooms/<str:code>/manage/hooks/", manage_hooks.page, name="manage_hooks"),
    path(
        "rooms/<str:code>/manage/hooks/<str:hook_id>/<str:what>/",
        manage_hooks.order,
        name="order_hook",
    ),
    path("rooms/<str:code>/manage/undo/<int:deed>/", manage.undo, name="undo"),
    path("rooms/<str:code>/preview.png", front.link_preview, name="preview"),
]
