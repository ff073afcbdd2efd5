"""The sentence of a notice is made of its facts, in the language of whoever reads it."""

from history import notices, wire
from history.models import Message
from history.notices import Facts
from rooms.models import User
from tests.support.german import german

ADA = User(public_id="u_ada", display_name="Ada {by}")
BOB = User(public_id="u_bob", display_name="Bob")


def text(verb: str, body: str = "", **parts: object) -> str:
    return notices.text(notices.facts(verb, **parts), body)  # type: ignore[arg-type]


def test_a_notice_is_read_in_the_readers_language() -> None:
    ban = notices.facts("ban", by=ADA, about=BOB, reason="spam {what}")
    with german():
        assert notices.text(ban, "as stored") == "Ada {by} hat Bob verbannt: spam {what}"
        assert text("mute", about=BOB, what=600) == (
            "Der Betreiber hat Bob für 10 Minuten stumm geschaltet."
        )
        assert text("rename", about=BOB, was="Rob") == "Rob heißt jetzt Bob"
    assert notices.text(ban, "as stored") == "Ada {by} banned Bob: spam {what}"


def test_frames_are_in_the_language_of_the_site() -> None:
    ban = notices.facts("ban", by=ADA, about=BOB)
    with german():
        assert notices.site_text(ban) == "Ada {by} banned Bob."
        row = Message(kind="notice", facts=ban, body="as stored", at="2026-01-01T00:00:00Z")
        row.at = row._meta.get_field("at").to_python(row.at)
        assert wire.from_row(row)["body"] == "Ada {by} banned Bob."


def test_values_are_put_into_words() -> None:
    assert text("mute", by=ADA, about=BOB, what=86_400) == "Ada {by} muted Bob for 1 day."
    assert text("clear", by=ADA, about=BOB, what=1) == "Ada {by} removed 1 message from Bob."
    assert text("restore", by=ADA, about=BOB, what=12) == "Ada {by} restored 12 messages from Bob."
    changed = {"title": "Boats", "locked": True, "capacity": 1, "retention_days": 2}
    assert text("settings", by=ADA, what=changed) == (
        "Ada {by} set the topic to “Boats”, locked the room, limited the room to 1 person "
        "and set messages to be erased after 2 days."
    )


def test_words_of_an_earlier_release_stay_as_they_are() -> None:
    assert text("mute", by=ADA, about=BOB, what="1 hour") == "Ada {by} muted Bob for 1 hour."
    assert text("settings", by=ADA, what="took it all") == "Ada {by} took it all."


def test_a_room_is_closed_with_a_reason_or_without() -> None:
    assert text("close room") == "This room was closed by a moderator."
    assert text("close room", reason="Too loud.") == (
        "This room was closed by a moderator. Too loud."
    )


def test_a_notice_with_unknown_facts_shows_the_stored_text() -> None:
    assert notices.text(None, "Ada sang.") == notices.site_text(None, "Ada sang.") == "Ada sang."
    assert text("a verb of a later release", "Ada sang.") == "Ada sang."
    later: Facts = {"verb": "settings", "what": {"a setting of a later release": 1}}
    assert notices.text(later, "") == "The site changed the room’s settings."
