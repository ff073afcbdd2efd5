"""Say something in a room without a socket: by the way that a socket's post takes when it is looked up."""

from history import wire
from history.said import Said
from rooms.actions import performing, texts
from rooms.actions.messages import ASK, Draft, Posted
from rooms.errors import ChatError, Unavailable
from rooms.models import Room, User


def say(*, room: Room, by: User, body: str, client_id: str, reply_to: int | None = None) -> Posted:
    """Post a message, and tell the room. With a `client_id` that was used before it is the same message.

    Raises what a socket's post is refused with.
    """
    raw = texts.Raw(room.pk, room.stream_id, by.pk, body, reply_to)
    [text] = texts.prepare([raw])
    draft = Draft(
        stream_id=room.stream_id,
        room_id=room.pk,
        author_id=by.pk,
        author=wire.author(by),
        client_id=client_id,
        said=Said(body=body, reply_to=reply_to),
        epoch=ASK,
        html=text.html,
        words=text.words,
        mentions=text.mentions,
        refused=text.refused,
    )
    [outcome], _ = performing.perform([draft], published=True)
    if isinstance(outcome, ChatError):
        raise outcome
    if not isinstance(outcome, Posted):
        raise Unavailable
    return outcome
