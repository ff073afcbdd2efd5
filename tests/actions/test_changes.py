"""A change of a message is in the log, or is refused if its person may not make it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from history.log import edits, read
from history.models import Mention, Message, Revision
from rooms import audit, commands
from rooms.actions import changes, messages, undoing
from rooms.errors import ChatError, Forbidden
from rooms.models import Deed, Membership, Room, User
from tests.actions.factories import ask, come_in, guest, open_room, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> tuple[User, User, Room]:
    """Ada, whose room it is, and Bob; "hello" is Ada's, number 3, "hi" is Bob's, number 4."""
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "hello")
    say(bob, room, "hi")
    return ada, bob, room


def do(room: Room, *wishes: tuple[User, commands.MessageCommand]) -> list[int | str]:
    """The number of each change, or the code of its refusal."""
    answers = ask(room, *wishes)
    return [a.code if isinstance(a, ChatError) else a.changed for a in answers]  # type: ignore[union-attr,misc]


def message(room: Room, seq: int) -> dict[str, Any]:
    """A message, from the log."""
    found = {m["seq"]: m for m in read.changed_since(room.stream_id, 0).messages}
    return found[seq]  # type: ignore[return-value]


def last(room: Room) -> dict[str, Any]:
    """Return the message that changed last, as the wire and a page have it."""
    (told,) = read.changed_since(
        room.stream_id, Room.objects.get(pk=room.pk).stream.head - 1
    ).messages
    (paged,) = [m for m in read.page(room.stream_id).messages if m["seq"] == told["seq"]]
    assert paged == told
    return told  # type: ignore[return-value]


# Editing ------------------------------------------------------------------------------------------


def test_an_edit_is_the_same_message_with_another_text(people: tuple[User, User, Room]) -> None:
    ada, _, room = people
    assert do(room, (ada, commands.Edit(3, "hello!"))) == [5]
    told = last(room)
    assert (told["seq"], told["changed"], told["body"]) == (3, 5, "hello!")
    assert told["edited_at"] >= told["at"]
    assert [r.body for r in Revision.objects.filter(message__seq=3)] == ["hello"]
    assert do(room, (ada, commands.Edit(3, "hello!"))) == [5], "it says so already"


def test_an_edit_of_a_text_that_was_changed_meanwhile_is_refused(
    people: tuple[User, User, Room],
) -> None:
    ada, _, room = people

    def edit(body: str, **of: str | None) -> list[int | str]:
        return do(room, (ada, commands.Edit(3, body, **of)))

    assert do(
        room,
        (ada, commands.Edit(3, "from one window", edited_at=None)),
        (ada, commands.Edit(3, "from another", edited_at=None)),
    ) == [5, "conflict"]
    now = last(room)
    assert now["body"] == "from one window"
    assert edit("from another", edited_at="2026-11-22T12:00:00.000Z") == ["conflict"]
    assert edit("from one window", edited_at=None) == [5], "sent again after a lost answer"
    assert edit("from another", edited_at=now["edited_at"]) == [6]
    assert edit("by a client that does not tell") == [7]


def test_only_its_author_edits_a_message(people: tuple[User, User, Room]) -> None:
    ada, bob, room = people
    assert do(room, (bob, commands.Edit(3, "x")), (ada, commands.Edit(4, "x"))) == ["forbidden"] * 2
    assert do(room, (ada, commands.Edit(1, "x")), (ada, commands.Edit(9, "x"))) == [
        "forbidden",
        "not_found",
    ]
    assert message(room, 3)["body"] == "hello"


# Deleting -----------------------------------------------------------------------------------------


def test_an_author_who_deletes_a_message_erases_every_version_of_it(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    do(room, (ada, commands.Edit(3, "other")), (bob, commands.React(3, "👍", True)))
    do(room, (ada, commands.Pin(3, True)))
    assert do(room, (ada, commands.Delete(3))) == [8]
    told = last(room)
    assert told["deleted"]
    assert (told["body"], told["reactions"], told["reply_to"]) == ("", {}, None)
    assert not {"html", "names", "mentions", "pinned"} & told.keys()
    assert not Revision.objects.exists()
    assert do(room, (ada, commands.Delete(3)), (bob, commands.Delete(3))) == [8, "forbidden"]
    for change in (commands.Edit(3, "x"), commands.React(3, "👍", True), commands.Pin(3, True)):
        assert do(room, (ada, change)) == ["not_found"]
    assert not Deed.objects.exists()


def test_a_message_that_a_moderator_deleted_can_be_restored(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    assert do(room, (bob, commands.Delete(3)), (ada, commands.Delete(4))) == ["forbidden", 5]
    assert message(room, 4)["deleted"]
    deed = Deed.objects.get()
    assert (deed.verb, deed.role, deed.target_id, deed.details) == (
        "delete message",
        "owner",
        bob.public_id,
        {"seq": 4},
    )
    assert messages.restore(room=room, seq=4)
    told = last(room)
    assert (told["changed"], told["deleted"], told["body"]) == (6, False, "hi")
    assert not messages.restore(room=room, seq=4)


def test_a_moderator_takes_a_deletion_back(people: tuple[User, User, Room]) -> None:
    ada, _, room = people
    do(room, (ada, commands.Delete(4)))
    deed = Deed.objects.get()
    undoing.undo(room=room, by=ada, deed=deed)
    assert message(room, 4)["body"] == "hi"
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)


def test_a_message_that_staff_deleted_is_not_restored_by_the_room(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    messages.delete(message=Message.objects.get(seq=4), by=None)
    deed = audit.record(changes.DELETED, actor=None, role="staff", room=room, target=bob, seq=4)
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)


def test_an_author_can_have_a_message_erased_that_a_moderator_deleted(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    do(room, (ada, commands.Delete(4)))
    assert do(room, (bob, commands.Delete(4))) == [5]
    assert not messages.restore(room=room, seq=4)


def test_earlier_texts_are_forgotten_in_time(people: tuple[User, User, Room]) -> None:
    ada, _, room = people
    do(room, (ada, commands.Edit(3, "other")), (ada, commands.Delete(4)))
    edits.purge()
    assert Revision.objects.count() == 2
    Revision.objects.update(at=Now() - timedelta(days=2))
    edits.purge()
    assert [r.cause for r in Revision.objects.all()] == ["edit"]
    Revision.objects.update(at=Now() - timedelta(days=31))
    assert edits.purge() == 1
    assert not messages.restore(room=room, seq=4)


# Reacting, pinning --------------------------------------------------------------------------------


def test_reactions_are_told_with_the_people_who_gave_them(people: tuple[User, User, Room]) -> None:
    ada, bob, room = people
    assert do(
        room,
        (bob, commands.React(3, "👍", True)),
        (ada, commands.React(3, "👍", True)),
        (ada, commands.React(3, "🎉", True)),
        (bob, commands.React(3, "👍", True)),
    ) == [5, 6, 7, 7]
    told = last(room)
    assert told["reactions"] == {"👍": [bob.public_id, ada.public_id], "🎉": [ada.public_id]}
    assert told["names"] == {ada.public_id: "Ada", bob.public_id: "Bob"}
    assert do(
        room, (bob, commands.React(3, "👍", False)), (bob, commands.React(3, "🎉", False))
    ) == [
        8,
        8,
    ]
    assert last(room)["reactions"] == {"👍": [ada.public_id], "🎉": [ada.public_id]}


def test_a_message_takes_a_bounded_number_of_reactions(people: tuple[User, User, Room]) -> None:
    ada, bob, room = people
    signs = [chr(0x1F600 + n) for n in range(changes.EMOJIS_MAX + 1)]
    answers = do(room, *((ada, commands.React(3, sign, True)) for sign in signs))
    assert answers == [*range(5, 5 + changes.EMOJIS_MAX), "forbidden"]
    assert do(room, (bob, commands.React(3, signs[0], True))) == [25]
    assert list(last(room)["reactions"]) == signs[:-1]


def test_only_moderators_pin_messages(people: tuple[User, User, Room]) -> None:
    ada, bob, room = people
    assert do(room, (bob, commands.Pin(3, True))) == ["forbidden"]
    assert do(room, (ada, commands.Pin(4, True)), (ada, commands.Pin(3, True))) == [5, 6]
    assert [m["seq"] for m in read.pinned([room.stream_id])[room.stream_id]] == [4, 3]
    assert last(room)["pinned"]
    assert do(room, (ada, commands.Pin(3, True)), (ada, commands.Pin(3, False))) == [6, 7]
    assert "pinned" not in last(room)
    more = say(ada, room, *(f"{n}" for n in range(changes.PINS_MAX)))
    answers = do(room, *((ada, commands.Pin(m.seq, True)) for m in more))
    assert answers == [*range(28, 28 + changes.PINS_MAX - 1), "forbidden"]


# Permissions --------------------------------------------------------------------------------------


def test_somebody_who_is_not_in_the_room_changes_nothing_there(
    people: tuple[User, User, Room],
) -> None:
    _, bob, room = people
    Membership.objects.filter(user=bob).update(left_at=Now())
    wishes = [commands.Edit(4, "x"), commands.Delete(4), commands.React(4, "👍", True)]
    assert (
        do(room, *((user, w) for w in wishes for user in (bob, guest("Eve")))) == ["forbidden"] * 6
    )


def test_a_message_that_a_member_may_not_see_is_not_found(people: tuple[User, User, Room]) -> None:
    _, bob, room = people
    Membership.objects.filter(user=bob).update(hidden_through=3)
    assert do(room, (bob, commands.React(3, "👍", True)), (bob, commands.React(4, "👍", True))) == [
        "not_found",
        5,
    ]


# Mentions -----------------------------------------------------------------------------------------


def mentioned(room: Room, seq: int) -> list[str]:
    by_id = {u.public_id: u.display_name for u in User.objects.all()}
    told = [by_id[who] for who in message(room, seq).get("mentions", [])]
    rows = Mention.objects.filter(stream=room.stream_id, seq=seq).order_by("pk")
    assert [m.user.display_name for m in rows] == told
    return told


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("@bob", ["Bob"]),
        ("hi @BOB, and @Ada!", ["Bob"]),
        ("@Bob Lee and @Bob", ["Bob Lee", "Bob"]),
        ("@bob lee", ["Bob Lee"]),
        ("@Bobby @Bob_ x@Bob me@bob.com", []),
        ("(@Bob)\n@小明你好", ["Bob", "小明"]),
        ("@Bob @Bob @Bob", ["Bob"]),
        ("@ @@ @nobody", []),
        ("`@Bob`\n```\n@Bob Lee\n```", []),
        ("`@Bob` is how to call @Bob", ["Bob"]),
        ("see https://medium.com/@Bob/a-story", []),
        ("**see** www.medium.com/@Bob @小明", ["小明"]),
        ("*a " * 1200 + "https://medium.com/@Bob", []),
        ("*a " * 1200 + "@Bob https://medium.com/@小明", ["Bob"]),
        (
            "@Jean-Luc, @J. R. R.: and (@a.*(b)) @🎉 Ada!",
            ["Jean-Luc", "J. R. R.", "a.*(b)", "🎉 Ada"],
        ),
        ("**@O’Brien**, look", ["O'Brien"]),
        ("@ОʼBrien's and @Воb Lee", ["O'Brien", "Bob Lee"]),  # Cyrillic О, В and о
        ("@علیرضا!", ["علی\u200cرضا"]),
        ("@علی\u200cرضا", ["علی\u200cرضا"]),
    ],
)
def test_a_name_after_an_at_mentions_the_person_who_has_it(body: str, names: list[str]) -> None:
    ada, room = open_room("Ada")
    people = ("Bob", "Bob Lee", "小明", "Jean-Luc", "J. R. R.", "a.*(b)", "🎉 Ada")
    for name in (*people, "O'Brien", "علی\u200cرضا"):
        come_in(name, room)
    (message,) = say(ada, room, "nothing yet")
    do(room, (ada, commands.Edit(message.seq, body)))
    assert mentioned(room, message.seq) == names
    do(room, (ada, commands.Edit(message.seq, "nobody")))
    assert mentioned(room, message.seq) == []
