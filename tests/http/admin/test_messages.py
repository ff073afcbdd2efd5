"""Messages at the admin: found, and deleted."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from history.log import read
from history.log.entry import Entry
from history.models import Message, Revision
from rooms.actions import messages
from rooms.models import Deed, Room, User
from rooms.turn import turn
from tests.http import pages
from tests.http.admin.staff import WHY, act, address, deeds, guest, order, room_of, row

pytestmark = pytest.mark.django_db


def test_a_deleted_message_leaves_a_tombstone(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    message = Message.objects.get(body="hello")
    assertContains(client.get(address("history_message_delete", message.pk)), "hello")
    head = read.heads([room.stream_id])[room.stream_id][0]

    order(client, "history_message_delete", message)

    message.refresh_from_db()
    assert (message.body, message.is_deleted, message.deleted_by) == ("", True, boss)
    assert message.changed_seq == head + 1
    assert deeds() == [("boss", "delete message", "Ada", room.code, WHY)]
    assert Deed.objects.get().details == {"seq": 2}


def test_selected_messages_become_tombstones_and_joins_stay(
    client: Client, boss: User, room: Room
) -> None:
    told = act(client, "history_message", "delete_selected", *room.stream.messages.all())
    assertContains(told, "Delete: 2 done.")
    assertContains(told, "Delete: 1 unchanged.")
    rows = room.stream.messages.order_by("seq")
    assert [(row.kind, row.body, row.is_deleted) for row in rows] == [
        ("join", "", False),
        ("chat", "", True),
        ("chat", "", True),
    ]
    assert len(deeds()) == 2


@pytest.mark.parametrize("find", ["text", "author", "code"])
def test_a_message_is_found_by_text_author_or_room_code(
    client: Client, boss: User, room: Room, find: str
) -> None:
    room_of(guest("Zoe"), "something else")
    texts = {"text": "GOODB", "author": "ada", "code": room.code.lower()}
    page = client.get(address("history_message_changelist"), {"q": texts[find]})
    assertContains(page, "goodbye")
    assertNotContains(page, "something else")


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"kind": "chat"}, True),
        ({"kind": "notice"}, False),
        ({"at__gte": "2020-01-01 00:00:00+00:00", "at__lt": "2020-01-02 00:00:00+00:00"}, False),
        ({"deleted": "yes"}, False),
        ({"room": "999999"}, False),
        ({"author": "nonsense"}, False),
    ],
)
def test_messages_are_filtered(
    client: Client, boss: User, room: Room, filters: dict[str, str], shown: bool
) -> None:
    page = client.get(address("history_message_changelist"), filters)
    (assertContains if shown else assertNotContains)(page, "goodbye")


def test_what_the_log_says_of_a_room_is_apart_from_what_people_say(
    client: Client, boss: User, room: Room
) -> None:
    """A join has no text, a notice has one: both are set back, and are left out of talk alone."""
    with turn(room) as t:
        t.append(Entry.of(Message.Kind.NOTICE, room.owner, body="Ada set a call link."))

    def listed(**filters: str) -> tuple[list[str], str]:
        answer = client.get(address("history_message_changelist"), filters)
        kinds = [row.kind for row in answer.context["cl"].result_list]
        return kinds, answer.content.decode()

    kinds, page = listed()
    assert kinds == ["notice", "chat", "chat", "join"]
    assert page.count('class="is-event"') == 2
    assert 'class="is-event"><bdi dir="auto">Ada set a call link.' in page
    assert listed(kind="chat")[0] == ["chat", "chat"]
    assert listed(kind="notice")[0] == ["notice", "join"]


def test_a_message_says_how_many_files_it_has_behind_its_text(
    client: Client, boss: User, room: Room
) -> None:
    photo = {"id": "f_00000001", "name": "a.png", "type": "image/png", "size": 1}
    plan = {"id": "f_00000002", "name": "<i>plan.pdf", "type": "application/pdf", "size": 1}
    Message.objects.filter(body="hello").update(files=[photo, photo])
    Message.objects.filter(body="goodbye").update(body="", files=[plan])
    page = client.get(address("history_message_changelist")).content.decode()
    assert "hello 2 photos" in row(page, "hello")
    assert "&lt;i&gt;plan.pdf" in page
    message = Message.objects.get(body="hello")
    lead = pages.read(client.get(address("history_message_change", message.pk))).one(
        "div", class_="row-page__lead"
    )
    assert (lead.one("blockquote").text, lead.one("p").text) == ("hello", "2 photos")


def test_earlier_texts_are_there_for_those_who_may_see_them(
    client: Client, boss: User, staff: Callable[..., User], room: Room
) -> None:
    message = Message.objects.get(body="hello")
    Revision.objects.create(message=message, cause="edit", body="something unspeakable")
    path = address("history_message_change", message.pk)
    assertContains(client.get(path), "something unspeakable")
    staff("view_message")
    assertNotContains(client.get(path), "something unspeakable")


def test_texts_of_people_are_shown_as_text(client: Client, boss: User) -> None:
    room_of(guest("<b>Eve</b>"), "<script>alert(1)</script>", title="<i>title</i>")
    for name in ("rooms_room", "rooms_user", "history_message"):
        page = client.get(address(f"{name}_changelist"))
        for tag in ("<b>Eve", "<script>alert", "<i>title"):
            assertNotContains(page, tag)


@pytest.mark.parametrize("filters", [{}, {"kind": "chat"}])
def test_are_found_by_words_phrases_parts_author_and_room(
    client: Client, boss: User, filters: dict[str, str]
) -> None:
    room = room_of(guest("Grace"), "Is there a ferry?", "港で待っています", "!!!")
    room_of(guest("Bob"), "nothing to see")

    def found(text: str) -> set[str]:
        page = client.get(address("history_message_changelist"), {"q": text, **filters})
        return {row.body for row in page.context["cl"].result_list}

    for text in ("ferr", '"a ferry"', "*err*", "FERRY:"):
        assert found(text) == {"Is there a ferry?"}
    assert found("待って") == {"港で待っています"}
    assert found("!!") == {"!!!"}
    assert found("tomorrow") == set()
    for text in ("Grace", room.code):
        assert found(text) >= {"Is there a ferry?", "!!!"}
        assert "nothing to see" not in found(text)


def test_a_message_is_read_with_what_was_said_around_it(
    client: Client, boss: User, ada: User
) -> None:
    """Up to five messages before it and after it, as they are now."""
    room = room_of(ada, *(f"word {number}." for number in range(20)))
    log = Message.objects.filter(stream=room.stream_id, kind="chat").order_by("seq")
    messages.delete(message=log[9], by=boss)
    page = pages.read(client.get(address("history_message_change", log[10].pk)))
    excerpt = page.one("ol", class_="excerpt").text
    assert [n for n in range(20) if f"word {n}." in excerpt] == [5, 6, 7, 8, *range(10, 16)]
    assert "is-shown" in page.one("li", id=f"m{log[10].seq}").attributes["class"]
