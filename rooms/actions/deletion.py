"""Deleting an account: what was said stays as a deleted person's, or goes."""

from collections.abc import Mapping
from secrets import token_hex

from django.db import transaction
from django.db.models.functions import Now

from history.log import authors
from history.models import Message
from rooms import audit, names
from rooms.actions import factors, roles, sign_ins
from rooms.actions.leaving import depart
from rooms.models import Bot, Handoff, HiddenPerson, Identity, JoinRequest, Membership, Room, User
from rooms.turn import Turn, lock_person, turns


def delete_account(*, user: User, erase: bool) -> None:
    """Delete an account, or a guest: out of every room, signed out everywhere, the name gone.

    With `erase` everything that the person said goes as well, with earlier texts, reactions and
    mentions; else it stays, as a deleted person's. Their bots go in the same way, and before them.
    Rooms they own go to the next in line. Texts go first, a room at a time: if that breaks off half way, there still is somebody who can ask for the
    rest.
    """
    for bot in Bot.objects.filter(owner=user).select_related("user"):
        delete_account(user=bot.user, erase=erase)
    if erase:
        for stream_id in authors.streams(user.pk):
            _erase(user, stream_id)
    with transaction.atomic():
        lock_person(user)
        _leave_the_site(user, erase)


def _erase(user: User, stream_id: int) -> None:
    with turns([stream_id]) as found:
        said = Message.objects.filter(stream=stream_id, author=user.pk, kind=Message.Kind.CHAT)
        keys = list(
            said.filter(deleted_at__isnull=True).order_by("seq").values_list("pk", flat=True)
        )
        authors.erase_texts(stream_id, user.pk)
        _show(found[stream_id], keys)


def _leave_the_site(user: User, erase: bool) -> None:
    memberships = Membership.objects.filter(user=user)
    streams = {*memberships.values_list("room__stream_id", flat=True), *authors.streams(user.pk)}
    with turns(streams) as found:
        shown = {stream: set(authors.traces(stream, user.pk)) for stream in streams}
        sign_ins.forget(sign_ins.keys_of(user))
        if erase:  # what was said since
            for stream_id in streams:
                authors.erase_texts(stream_id, user.pk)
        authors.withdraw(user.pk)
        former = user.display_name
        retire(user, name=names.DELETED_PERSON)
        for member in memberships.filter(present=True).select_related("room"):
            member.user = user  # who leaves under the name that is left
            t = found[member.room.stream_id]
            t.room = member.room
            depart(t, [member])
        memberships.delete()
        Bot.objects.filter(user=user).delete()
        JoinRequest.objects.filter(user=user).delete()
        HiddenPerson.objects.filter(user=user).delete()
        if erase:  # else what stays of them stays folded for who hid them
            HiddenPerson.objects.filter(person=user).delete()
        Handoff.objects.filter(user=user).delete()
        factors.forget(user)
        Identity.objects.filter(user=user).delete()
        _hand_on(user, found)
        audit.record("delete account", actor=user, role="self", erased=erase)
        unnamed = authors.unname(streams, user.public_id, name=former, by=names.DELETED_PERSON)
        for stream_id, t in found.items():
            keys = Message.objects.filter(stream=stream_id, pk__in=shown[stream_id] | unnamed)
            _show(t, list(keys.order_by("seq").values_list("pk", flat=True)))


def _hand_on(user: User, found: Mapping[int, Turn]) -> None:
    """Give the open rooms of a person to the next in line."""
    for room in Room.objects.filter(owner=user, closed_at__isnull=True):
        t = found[room.stream_id]
        t.room = room
        # Nobody there: whoever comes first will be found (roles.find_heirs).
        if roles.succeed(t, "succeed deleted") is None:
            Room.objects.filter(pk=room.pk).update(owner=None)


def _show(t: Turn, keys: list[int]) -> None:
    """Show messages as they are now, if the room is open."""
    if t.room.is_open:
        t.reissue(keys)
        t.evict()


def retire(user: User, *, name: str) -> None:
    """Leave of a person only what messages need: nobody can be it any more."""
    user.username = f"gone-{token_hex(8)}"
    user.display_name = name
    user.name_key = user.name_skeleton = user.email = user.first_name = user.last_name = ""
    user.is_guest, user.is_active = True, False
    user.notifies_with_text = True
    user.set_unusable_password()
    user.save()
    User.objects.filter(pk=user.pk).update(erased_at=Now(), last_login=None)
