"""Accounts that are given up: what was said stays as nobody's in particular, or goes."""

from secrets import token_hex

from django.db import transaction
from django.db.models.functions import Now

from history.log import authors, write
from history.log.entry import Head
from history.models import Message
from rooms import audit, names, publish
from rooms.actions import people, roles, signins
from rooms.actions.charge import Charge
from rooms.actions.rooms import depart
from rooms.models import JoinRequest, Membership, Room, User

# Whose messages those are that were left behind.


def delete_account(*, user: User, erase: bool) -> None:
    """Give an account up, a guest's too: out of every room, signed out everywhere, the name gone.

    With `erase` what the person said goes as well, with earlier texts, reactions and mentions; else
    it stays, as a deleted person's. Rooms they own go to the next in line. Texts go first, a room
    at a time: broken off half way, there still is somebody who can ask for the rest.
    """
    if erase:
        for stream_id in authors.streams(user.pk):
            with transaction.atomic():
                head = write.lock(stream_id)
                said = Message.objects.filter(
                    stream=stream_id, author=user.pk, kind=Message.Kind.CHAT
                )
                keys = list(said.filter(deleted_at__isnull=True).values_list("pk", flat=True))
                authors.erase_texts(stream_id, user.pk)
                _tell(head, keys)
    _leave_the_site(user, erase)


@transaction.atomic
def _leave_the_site(user: User, erase: bool) -> None:
    people.lock(user)
    memberships = Membership.objects.filter(user=user)
    streams = {*memberships.values_list("room__stream_id", flat=True), *authors.streams(user.pk)}
    heads = write.advance(dict.fromkeys(streams, 0))
    marks = {stream: set(authors.traces(stream, user.pk)) for stream in streams}
    for member in memberships.filter(present=True).select_related("room", "user"):
        depart(head=heads[member.room.stream_id], room=member.room, memberships=[member])
    signins.end_all(user=user)
    if erase:  # what was said since
        for stream_id in streams:
            authors.erase_texts(stream_id, user.pk)
    authors.withdraw(user.pk)
    memberships.delete()
    JoinRequest.objects.filter(user=user).delete()
    former = user.display_name
    retire(user, name=names.DELETED_PERSON)
    for room in Room.objects.filter(owner=user, closed_at__isnull=True):
        order = Charge(room, heads[room.stream_id], None, "system", "")
        # Nobody there: whoever comes first will be found (roles.find_heirs).
        if roles.succeed(order, owner=None, what="is gone for good") is None:
            Room.objects.filter(pk=room.pk).update(owner=None)
    changed = authors.unname(streams, user.public_id, name=former, by=names.DELETED_PERSON)
    audit.record("delete account", actor=user, role="self", erased=erase)
    for stream_id, head in heads.items():
        keys = Message.objects.filter(stream=stream_id).order_by("seq")
        left = keys.filter(seq__gt=head.seq, author=user).values_list("pk", flat=True)
        wanted = marks[stream_id] | changed | set(left)
        _tell(head, list(keys.filter(pk__in=wanted).values_list("pk", flat=True)))


def retire(user: User, *, name: str) -> None:
    """Leave of a person only what messages need: nobody can be it any more."""
    user.username = f"gone-{token_hex(8)}"
    user.display_name = name
    user.name_key = user.name_skeleton = user.email = user.first_name = user.last_name = ""
    user.is_guest, user.is_active = True, False
    user.set_unusable_password()
    user.save()
    User.objects.filter(pk=user.pk).update(erased_at=Now(), last_login=None)


def _tell(head: Head, keys: list[int]) -> None:
    """Show messages of a locked stream as they are now, if its room is open."""
    room = Room.objects.filter(stream=head.stream_id, closed_at__isnull=True).first()
    if room is None:
        return
    if change := authors.reissue(head, keys):
        publish.changed(code=room.code, change=change)
    write.raise_epoch(room.stream_id)
    publish.rules_changed(code=room.code, stream_id=room.stream_id)
