"""The staff's roles: groups of Django's permissions, made and kept by `migrate`.

They are the site's own and are set anew with each release; whoever wants other roles makes other
groups. Superusers put people into them.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission

# Whoever moderates sees what was said and by whom, not what people sign in with or from where.
MODERATOR = (
    "history.delete_message",
    "history.view_message",
    "history.view_revision",
    "rooms.change_membership",
    "rooms.change_report",
    "rooms.change_room",
    "rooms.change_user",
    "rooms.view_deed",
    "rooms.view_joinrequest",
    "rooms.view_membership",
    "rooms.view_report",
    "rooms.view_room",
    "rooms.view_shunned",
    "rooms.view_user",
)
ADMINISTRATOR = (*MODERATOR, "rooms.see_private", "rooms.view_signin", "rooms.view_worker")
ROLES = {"moderator": MODERATOR, "administrator": ADMINISTRATOR}


def keep(sender: Any, **kwargs: Any) -> None:
    """Make the groups what they are meant to be. A receiver of `post_migrate`.

    Of the app `auth`, whose turn is after those that have the permissions.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[codename] for codename in codenames])
