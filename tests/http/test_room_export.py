"""A room as a file: all that its reader may see of it, and back from the file."""

import asyncio
import csv
import io
import json
import threading
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import AsyncClient

from history import downloads, personal
from history.log.entry import Entry
from history.models import Mention, Message, Stream
from rooms.actions import bots, sanctions
from rooms.actions.saying import say
from rooms.models import Bot, Membership, Room, User
from rooms.turn import turn
from tests.http.conftest import Person, remove
from tests.support.german import ACCEPTS, german

# The file is read on threads of its own, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["html", "json", "csv", "txt"]


def fetch(person: Person, room: Room, kind: str, headers: Mapping[str, str] | None = None) -> str:
    client = AsyncClient()
    client.cookies = person.client.cookies

    async def ask() -> str:
        path = f"/history/rooms/{room.public_id}/export/?format={kind}"
        response = await client.get(path, headers=headers)
        assert response.status_code == 200
        text = b"".join([part async for part in response]).decode()
        await sync_to_async(connections.close_all)()  # those of the view's thread
        return text

    return asyncio.run(ask())


@pytest.fixture
def talk(ada: Person, ben: Person) -> Room:
    """A room with everything in it that a message can have."""
    room = ada.create(title="Islands <1>")
    ada.connect(room)
    ben.come_in(room)
    first, second, third = ada.say(room, "=1+1\n[2020-01-01 00:00:00] Ben: forged", "<b>", "gone")
    with turn(room) as t:
        mentioned = [(ben.user.pk, ben.user.public_id)]
        answer = Entry.of("chat", ada.user, body="@Ben `x`", reply_to=first.seq, client_id="a",
                           html=f'<p><span class="mention" data-user="{ben.user.public_id}">@Ben'
                                "</span> <code>x</code></p>", mentions=mentioned)  # fmt: skip
        t.append(answer)
    with turn(room) as t:
        seqs = [first.seq, second.seq, third.seq]
        changes = t.edits(seqs)
        one, two, three = (changes.get(seq) for seq in seqs)
        assert one
        assert two
        assert three
        changes.react(one, user_id=ben.user.pk, emoji="👍", on=True)
        changes.react(one, user_id=ada.user.pk, emoji="👍", on=True)
        changes.pin(one, on=True)
        changes.edit(two, body="<b>, edited", html="", mentions=())
        changes.tombstone(three, by_id=ben.user.pk, keep=True)
    return room


@pytest.mark.parametrize("kind", KINDS)
def test_has_what_was_said_in_the_room(
    ben: Person, talk: Room, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "CHUNK", 2)
    text = fetch(ben, talk, kind)
    assert "edited" in text
    assert "forged" in text
    assert text.index("forged") < text.index("@Ben")
    assert "gone" not in text
    assert "👍" in text


@pytest.mark.parametrize("kind", KINDS)
def test_tells_what_happened_in_the_readers_language_where_people_read_it(
    ada: Person, ben: Person, talk: Room, kind: str
) -> None:
    """Programs read the JSON, in which a notice is what it is on the wire."""
    sanctions.mute(room=talk, by=ada.user, user=ben.user, minutes=10)
    facts = Message.objects.get(kind="notice").facts
    Message.objects.filter(kind="notice").update(facts={**facts, "what": 1200})
    with german():
        text = fetch(ben, talk, kind, headers=ACCEPTS)
    if kind == "json":
        assert "Ada muted Ben for 20 minutes." in text
    else:
        assert "Ada hat Ben für 20 Minuten stumm geschaltet." in text


def test_reads_well_in_its_html(ben: Person, talk: Room) -> None:
    page = fetch(ben, talk, "html")
    assert "<code>x</code></p>" in page
    assert "&lt;b&gt;, edited" in page
    assert "Islands &lt;1&gt;" in page
    assert page.count("<h2>") == 1
    # Each line of a text reads from its own side.
    assert ".text, .text p, .text li { text-align: start; unicode-bidi: plaintext }" in page
    assert "This message was deleted." in page
    assert '<p class="quoted"><a href="#m' in page
    assert "👍 Ben, Ada" in page
    assert "<script" not in page
    assert page.strip().endswith("</html>")


def test_is_safe_and_plain_in_its_tables_and_text(ben: Person, talk: Room) -> None:
    text = fetch(ben, talk, "csv").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    said = next(row for row in rows if "forged" in row["body"])
    assert said["body"].startswith("'=1+1")
    assert said["reactions"] == "👍 Ben, Ada"
    plain = fetch(ben, talk, "txt")
    assert "\n    [2020-01-01 00:00:00] Ben: forged\n    👍 Ben, Ada\n" in plain
    assert "    in answer to Ada: =1+1 [2020" in plain


def test_shows_a_newcomer_nothing_from_before(talk: Room, person: Any) -> None:
    cleo = person("Cleo")
    cleo.join(talk)
    stream = Stream.objects.get(room=talk)
    Membership.objects.filter(user=cleo.user, room=talk).update(hidden_through=stream.head)
    dora = person("Dora")
    dora.come_in(talk)
    dora.say(talk, "later")
    for kind in KINDS:
        text = fetch(cleo, talk, kind)
        assert "later" in text
        assert "forged" not in text
    names = [who["name"] for who in json.loads(fetch(cleo, talk, "json"))["people"]]
    assert names == ["Dora"]


@pytest.mark.parametrize("kind", KINDS)
def test_is_one_moment_of_a_log_that_goes_on(
    ada: Person, ben: Person, talk: Room, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newest = Message.objects.filter(stream=talk.stream_id).order_by("-seq")[0]
    head = Stream.objects.get(room=talk).head
    went_on: list[int] = []

    def go_on() -> None:
        with turn(talk) as t:
            changes = t.edits([newest.seq])
            message = changes.get(newest.seq)
            assert message
            changes.react(message, user_id=ada.user.pk, emoji="🎉", on=True)
            changes.edit(message, body="changed meanwhile", html="", mentions=())
        ada.say(talk, "said meanwhile")
        connections.close_all()

    read = personal.transcript

    def meanwhile(*args: Any, **options: Any) -> Any:
        if len(went_on) == 1:  # between the first part and the second
            thread = threading.Thread(target=go_on)
            thread.start()
            thread.join()
        went_on.append(1)
        return read(*args, **options)

    monkeypatch.setattr(downloads, "CHUNK", 2)
    monkeypatch.setattr(personal, "transcript", meanwhile)
    text = fetch(ben, talk, kind)
    assert len(went_on) > 2
    assert "meanwhile" in fetch(ben, talk, kind)
    assert "meanwhile" not in text
    assert "🎉" not in text
    if kind == "json":
        assert json.loads(text)["room"]["head"] == head
        file = tmp_path / "room.json"
        file.write_text(text)
        call_command("importroom", str(file), verbosity=0)


def test_is_for_members_who_may_read_the_transcript(ada: Person, ben: Person, talk: Room) -> None:
    path = f"/history/rooms/{talk.public_id}/export/"
    remove(ben, talk)
    assert ben.get(path).status_code == 404
    assert Person("Eve").get(path).status_code == 404
    assert ada.get(path, data={"format": "xml"}).status_code == 400


def empty() -> None:
    """A database in which nobody ever was, but for Ada who reads what comes."""
    Mention.objects.all().delete()
    Message.objects.all().delete()
    Room.objects.all().delete()
    Stream.objects.all().delete()
    User.objects.exclude(display_name="Reader").delete()


def test_comes_back_from_its_json_as_it_was(ada: Person, talk: Room, tmp_path: Path) -> None:
    say_as_bot(ada, talk)
    Room.objects.filter(pk=talk.pk).update(closed_at=talk.created_at, closes_at=None)
    exported = json.loads(fetch(ada, talk, "json"))
    file = tmp_path / "room.json"
    file.write_text(json.dumps(exported, indent=1))
    empty()
    call_command("importroom", str(file), verbosity=0)
    room = Room.objects.get()
    reader = Person("Reader")
    reader.create()
    Membership.objects.create(room=room, user=reader.user)
    again = json.loads(fetch(reader, room, "json"))
    assert again.pop("saved_at") >= exported.pop("saved_at")
    assert again == exported
    [builds] = [each for each in again["people"] if "bot" in each]
    assert (builds["name"], builds["bot"], builds["role"]) == ("Builds", True, "member")
    user = User.objects.get(public_id=builds["id"])
    assert user.is_bot
    assert not Bot.objects.filter(user=user).exists(), "no key is its, and nobody answers for it"


def say_as_bot(ada: Person, room: Room) -> None:
    User.objects.filter(pk=ada.user.pk).update(username="ada", is_guest=False)
    made = bots.make(room=room, by=ada.user, name="Builds")
    say(room=room, by=made.bot.user, body="green", client_id="1")


def test_says_of_a_bot_that_it_is_one(ada: Person, talk: Room) -> None:
    say_as_bot(ada, talk)
    assert '<bdi>Builds</bdi></b> <small class="bot-mark">bot</small>' in fetch(ada, talk, "html")
    assert "Builds (bot): green" in fetch(ada, talk, "txt")
    rows = list(csv.DictReader(io.StringIO(fetch(ada, talk, "csv").removeprefix("\ufeff"))))
    assert {row["bot"] for row in rows if row["author"] == "Builds"} == {"yes"}
    assert {row["bot"] for row in rows if row["author"] == "Ada"} == {"no"}


def test_is_imported_as_new_people_beside_those_here(
    ada: Person, talk: Room, tmp_path: Path
) -> None:
    """Nobody here is made to have said what a file says, and what it links to are its own people."""
    file = tmp_path / "room.json"
    file.write_text(fetch(ada, talk, "json"))
    User.objects.filter(pk=ada.user.pk).update(username="ada", is_guest=False)
    call_command("importroom", str(file), "--open", "--owner", "Ada", verbosity=0)
    room = Room.objects.exclude(pk=talk.pk).get()
    assert room.is_open
    assert room.code != talk.code
    assert room.owner == ada.user
    authors = {row.author for row in Message.objects.filter(stream=room.stream_id)}
    assert not authors & {row.author for row in Message.objects.filter(stream=talk.stream_id)}
    page = ada.get(f"/history/rooms/{room.public_id}/").content.decode()
    assert "forged" in page
    rich = Message.objects.get(stream=room.stream_id, body="@Ben `x`")
    mention = Mention.objects.get(message=rich)
    assert f'data-user="{mention.user.public_id}"' in rich.html
    assert not mention.user.has_usable_password()


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<p><a href="https://evil.example">bank.example</a></p>', "<p>bank.example</p>"),
        ('<p><a href="https://evil.example"><em>bank</em>․example</a></p>', "<p><em>bank</em>․example</p>"),
        ('<p><a href="https://bank.example@evil.example">here</a></p>', "<p>here</p>"),
        ('<p><a href="https:evil.example">here</a></p>', "<p>here</p>"),
        ('<p><a title="https://bank.example" href="https://evil.example">here</a></p>', "<p>here</p>"),
        ('<p><a href="mailto:me@evil.example">me@bank.example</a></p>', "<p>me@bank.example</p>"),
    ],
)  # fmt: skip
def test_imports_no_link_that_nobody_could_have_typed(
    ada: Person, talk: Room, tmp_path: Path, html: str, kept: str
) -> None:
    data = json.loads(fetch(ada, talk, "json"))
    data["messages"][3] |= {"body": "the link", "html": html}
    file = tmp_path / "room.json"
    file.write_text(json.dumps(data))
    call_command("importroom", str(file), verbosity=0)
    assert Message.objects.get(body="the link").html == kept


BAD: list[tuple[str, Any, str]] = [
    ("format", "zip", "format is not"),
    ("version", 2, "version must be 1"),
    ("room.id", "../x", "room.id must be like"),
    ("room.head", True, "room.head must be a whole number"),
    ("room.code", "../../admin", "room.code must be the code"),
    ("room.code", "K7\r\nX: y", "room.code must be the code"),
    ("room.title", "Is\u202elands", "room.title: A topic cannot have invisible"),
    ("people.0.name", None, "people[0].name must be text"),
    ("people.0.name", "A\u202eda", "people[0].name: A name cannot have invisible"),
    ("people.0.name", "A\nda\u200b", "people[0].name: A name cannot have invisible"),
    ("people.0.name", "Administrator", "people[0].name is kept for"),
    ("messages.3.at", "yesterday", "messages[3].at must be a time"),
    ("messages.3.at", "9999-01-01T00:00:00Z", "messages[3].at must be a time from"),
    ("messages.3.seq", 1, "messages[3].seq must be greater"),
    ("messages.3.author", "u_0", "messages[3].author must be the id of one of people"),
    ("messages.3.body", "a\0", "messages[3].body cannot contain"),
    ("messages.3.body", "a" * 10_001, "messages[3].body must have 0 to 10000"),
    ("messages.3.kind", "shout", "messages[3].kind must be one of chat"),
    ("messages.3.changed", 10**6, "messages[3].changed is greater than room.head"),
    ("messages.3.reactions", {"no": []}, "messages[3].reactions['no']: that is no emoji"),
    ("messages.3.reply_to", 10**6, "messages[3].reply_to must be from"),
    ("messages.3", [], "messages[3] must be an object"),
]


def test_is_refused_with_the_reason_and_leaves_nothing(
    ada: Person, talk: Room, tmp_path: Path
) -> None:
    good, file = fetch(ada, talk, "json"), tmp_path / "room.json"
    count = [kind.objects.count() for kind in (Room, Stream, User, Message, Membership)]
    for path, value, says in BAD:
        data: Any = json.loads(good)
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place = data
        for part in way:
            place = place[part]
        place[last] = value
        file.write_text(json.dumps(data))
        with pytest.raises(CommandError) as refusal:
            call_command("importroom", str(file), verbosity=0)
        assert says in str(refusal.value), path
    file.write_text(good[: len(good) // 2])
    with pytest.raises(CommandError, match="not JSON: line "):
        call_command("importroom", str(file), verbosity=0)
    assert count == [kind.objects.count() for kind in (Room, Stream, User, Message, Membership)]


def test_imports_no_script(ada: Person, talk: Room, tmp_path: Path) -> None:
    data = json.loads(fetch(ada, talk, "json"))
    data["messages"][3]["html"] = '<p onclick="x()">hi<script>x()</script></p>'
    file = tmp_path / "room.json"
    file.write_text(json.dumps(data))
    call_command("importroom", str(file), verbosity=0)
    assert Message.objects.get(html__contains="hi</p>").html == "<p>hi</p>"


_DOUBLE = """
INSERT INTO history_message (stream_id, seq, changed_seq, kind, author_id, body, words, html, at)
SELECT stream_id, seq + %s, changed_seq + %s, kind, author_id, body, words, html, at
FROM history_message
"""


def test_needs_a_fraction_of_its_size_in_memory(ada: Person) -> None:
    room = ada.create()
    ada.say(room, *(f"{number} {'x' * 200}" for number in range(200)))
    client = AsyncClient()
    client.cookies = ada.client.cookies

    async def drain() -> int:
        response = await client.get(f"/history/rooms/{room.public_id}/export/?format=json")
        size = sum([len(part) async for part in response])
        await sync_to_async(connections.close_all)()
        return size

    def export() -> tuple[int, int]:
        """How much it was, and how much memory was needed at once; bytes."""
        tracemalloc.start()
        try:
            size = asyncio.run(drain())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return size, peak

    def grow(count: int) -> None:
        """Make eight times `count` messages of `count`."""
        with connection.cursor() as cursor:
            for many in (count, 2 * count, 4 * count):
                cursor.execute(_DOUBLE, (many, many))
        Stream.objects.filter(room=room).update(head=8 * count)

    export()  # what is imported and kept the first time
    grow(200)
    grow(1600)
    size, peak = export()
    assert size > 12_800 * 200
    assert peak < size / 3
