"""A frame from a socket becomes one of a few commands, or a coded refusal."""

import json
import re
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from rooms import commands, errors, protocol
from rooms.commands import (
    Delete,
    Edit,
    Leave,
    PageRequest,
    Pin,
    Post,
    React,
    Read,
    Refused,
    Typing,
    parse,
)  # fmt: skip
from rooms.refusals.frames import BadNumber

BODY_MAX = 4000
POST = {"type": "post", "client_id": "c-1", "body": "hello"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def frame(**fields: Any) -> str:
    return json.dumps(POST | fields)


def refusal(data: bytes | str) -> Refused:
    with pytest.raises(Refused) as refused:
        parse(data, body_max=BODY_MAX)
    return refused.value


def accepted(**fields: Any) -> Any:
    return parse(json.dumps(fields), body_max=BODY_MAX)


# Frames that are taken ----------------------------------------------------------------------------


def test_each_frame_is_read_from_text_and_bytes_alike() -> None:
    for read in (str.encode, str):
        assert parse(read(frame(ref="r")), body_max=BODY_MAX) == Post(
            client_id="c-1", body="hello", ref="r"
        )  # type: ignore[operator]
    assert accepted(type="typing") == Typing()
    assert accepted(type="page", before=9, limit=7, ref="r") == PageRequest(9, 7, "r")
    assert accepted(type="page", before=9) == PageRequest(9, commands.NEWEST_PAGE)
    assert accepted(type="leave", ref="r") == Leave("r")
    assert accepted(**POST, reply_to=3) == Post(client_id="c-1", body="hello", reply_to=3)
    assert accepted(**POST, reply_to=None) == Post(client_id="c-1", body="hello")
    assert accepted(type="edit", seq=3, body="hi", ref="r") == Edit(3, "hi", "r")
    assert accepted(type="delete", seq=3) == Delete(3)
    assert accepted(type="react", seq=3, emoji="👍", on=True) == React(3, "👍", True)
    assert accepted(type="pin", seq=3, on=False) == Pin(3, False)
    assert accepted(type="read", seq=3) == Read(3)


@pytest.mark.parametrize("emoji", ["👍", "👩🏽‍💻", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "♥"])
def test_a_reaction_is_any_one_emoji(emoji: str) -> None:
    assert accepted(type="react", seq=3, emoji=emoji, on=True).emoji.startswith(emoji)


@pytest.mark.parametrize(
    ("written", "emoji"),
    [
        ("👍\ufe0f", "👍"),
        ("👍\ufe0e", "👍"),
        ("👍🏽\ufe0f", "👍🏽"),
        ("☝\ufe0f🏽", "☝🏽"),
        ("❤\ufe0f\ufe0f", "❤️"),
        ("👨\u200d👩\u200d👧\ufe0f", "👨\u200d👩\u200d👧"),
        ("🇩🇪\ufe0f", "🇩🇪"),
    ],
)
def test_a_selector_that_an_emoji_does_not_need_is_no_part_of_it(written: str, emoji: str) -> None:
    assert accepted(type="react", seq=3, emoji=written, on=True).emoji == emoji


def test_an_emoji_has_one_way_to_be_written() -> None:
    ways = ("❤", "❤️")
    assert {accepted(type="react", seq=3, emoji=way, on=True).emoji for way in ways} == {"❤️"}


def test_unknown_fields_are_ignored() -> None:
    assert accepted(**POST, mood="good", later={"x": [1]}) == Post(client_id="c-1", body="hello")


@pytest.mark.parametrize(
    "body", ["\n hi \n", "a\r\nb", "\u200bx", "👩🏽\u200d💻", "\u202e", "\x07"]
)
def test_a_body_stays_as_it_was_typed(body: str) -> None:
    assert accepted(**POST | {"body": body}).body == body


def test_a_body_has_as_many_characters_as_allowed_and_none_more() -> None:
    longest = "😀" * BODY_MAX
    assert parse(frame(body=longest), body_max=BODY_MAX).body == longest  # type: ignore[union-attr]
    assert refusal(frame(body=longest + "!")).error.code == "too_long"


# Frames that are refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"hello",
        b"{",
        b'{"type": "typing"} {}',
        b"{'type': 'typing'}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"type": "page", "before": NaN}',
        b'{"type": "page", "before": Infinity}',
        b'{"type": "page", "before": -Infinity}',
        b'{"type": "page", "before": ' + b"9" * 5000 + b"}",
        b'{"type": "page", "before": 1e99999}',
        b'{"type": "page", "before": "x", "before": 3}',
        b'{"type": "typing", "unknown": NaN}',
        b'{"type": "post", "client_id": "c", "body": "\\ud83d\\u0041"}',
        b'{"type": "post", "client_id": "c", "body": "\\ud800"}',
        b'{"type": "post", "client_id": "c", "body": "\xff"}',
        b'{"type": "post", "client_id": "c", "body": "\xed\xa0\x80"}',
        b'{"type": "post", "client_id": "c", "body": "line\nend"}',
        b"\xef\xbb\xbf{}",
        "\ud800",
    ],
    ids=lambda data: str(data[:40]),
)
def test_a_text_that_is_not_json_is_a_bad_frame(data: bytes | str) -> None:
    assert refusal(data).error.code == "bad_frame"


@pytest.mark.parametrize("data", [b"[]", b"null", b"1", b'"post"', b"true", b'[{"type":"post"}]'])
def test_json_that_is_not_an_object_is_a_bad_frame(data: bytes) -> None:
    assert refusal(data).error.code == "bad_frame"


@pytest.mark.parametrize("kind", [None, "", "shout", "POST", 1, ["post"], {"post": 1}, True])
def test_an_unknown_type_is_a_bad_frame(kind: Any) -> None:
    refused = refusal(frame(type=kind, ref="r"))
    assert refused.error.code == "bad_frame"
    assert refused.ref == "r"


@pytest.mark.parametrize(
    "fields",
    [
        {"client_id": None},
        {"client_id": ""},
        {"client_id": 1},
        {"client_id": True},
        {"client_id": "c" * 65},
        {"client_id": "c\0"},
        {"body": None},
        {"body": 1},
        {"body": ["hello"]},
        {"body": "\0"},
        {"body": "he\0lo"},
        {"ref": 1},
        {"ref": "r" * 65},
        {"ref": {}},
    ],
    ids=str,
)
def test_a_field_of_the_wrong_type_or_size_is_a_bad_frame(fields: dict[str, Any]) -> None:
    assert refusal(frame(**fields)).error.code == "bad_frame"


def test_a_refusal_tells_people_of_no_fields() -> None:
    wrong = [
        {"client_id": 1},
        {"body": 1},
        {"ref": 1},
        {"reply_to": "x"},
        {"type": "shout"},
        {"type": "page", "before": 9, "limit": 0},
        {"type": "edit", "seq": 0},
        {"type": "edit", "seq": 3, "edited_at": 1},
        {"type": "react", "seq": 3, "emoji": "yes", "on": True},
        {"type": "react", "seq": 3, "emoji": "👍", "on": 1},
    ]
    for fields in wrong:
        message = refusal(frame(**fields)).error.message
        assert not re.search(r"`|_|\b(seq|ref|emoji is|body|limit|before)\b", message), message


def test_a_sentence_for_a_refusal_is_that_of_a_field_there_is() -> None:
    known = [field.name for kind in get_args(commands.Command) for field in structs.fields(kind)]
    assert set(known) >= commands._COMPLAINTS.keys()


@pytest.mark.parametrize(
    "fields", [{"reply_to": "x"}, {"type": "read", "seq": 0}, {"type": "page", "before": True}]
)
def test_a_number_is_refused_with_the_sentence_for_numbers(fields: dict[str, Any]) -> None:
    assert isinstance(refusal(frame(**fields)).error, BadNumber)


@pytest.mark.parametrize("before", [None, 0, -1, 1.0, "1", True, 2**53, 2**64, [1]])
def test_a_page_ends_before_a_number_a_message_can_have(before: Any) -> None:
    assert refusal(json.dumps({"type": "page", "before": before})).error.code == "bad_frame"


@pytest.mark.parametrize("limit", [None, 0, -1, 101, 1.5, "9", True])
def test_a_page_has_up_to_a_hundred_messages(limit: Any) -> None:
    text = json.dumps({"type": "page", "before": 9, "limit": limit})
    assert refusal(text).error.code == "bad_frame"


@pytest.mark.parametrize("body", ["", " ", "\t\r\n", "\u3000", "\u200b", "\u2800 \u3164", "\u00ad"])
def test_a_blank_message_is_empty(body: str) -> None:
    refused = refusal(frame(body=body, ref="r"))
    assert refused.error.code == "empty"
    assert (refused.ref, refused.client_id) == ("r", "c-1")


def test_a_frame_over_64_kib_is_too_long_and_not_even_read() -> None:
    most = frame(junk="x" * (commands.MAX_CLIENT_FRAME - len(frame(junk=""))))
    assert parse(most, body_max=BODY_MAX) == Post(client_id="c-1", body="hello")
    assert refusal(most + " ").error.code == "too_long"
    assert refusal(b"[" * 100_000).error.code == "too_long"
    assert refusal("😀" * 16_385).error.code == "too_long"  # bytes count, not characters


def test_a_refusal_names_its_frame_only_by_a_ref_that_fits() -> None:
    assert refusal(frame(body="", client_id="c", ref="r")).client_id == "c"
    too_long = refusal(frame(body="", client_id="c" * 1000, ref="r"))
    assert (too_long.client_id, too_long.ref) == (None, "r")
    assert refusal(frame(ref=["r"])).ref is None


@given(st.binary(max_size=200) | st.text(max_size=200) | json_values.map(lambda v: json.dumps(v)))
def test_nothing_that_arrives_does_more_than_be_refused(data: bytes | str) -> None:
    try:
        parse(data, body_max=BODY_MAX)
    except Refused as refused:
        orjson.loads(protocol.error(refused.error, ref=refused.ref, client_id=refused.client_id))


@given(
    st.sampled_from(["post", "typing", "page", "leave"]),
    st.dictionaries(
        st.sampled_from(["client_id", "body", "before", "limit", "ref", "reply_to"]), json_values
    ),
)
def test_no_field_of_any_type_does_more_than_be_refused(kind: str, fields: dict[str, Any]) -> None:
    code = ""
    try:
        parse(json.dumps({"type": kind} | fields), body_max=BODY_MAX)
    except Refused as refused:
        code = refused.error.code
    assert code in {"", "bad_frame", "empty", "too_long"}


# Frames that go out -------------------------------------------------------------------------------


def test_an_error_has_its_code_its_frame_and_the_wait() -> None:
    limited = errors.RateLimited(retry_after=2.5)
    assert orjson.loads(protocol.error(limited, ref="r", client_id="c")) == {
        "type": "error",
        "ref": "r",
        "client_id": "c",
        "code": "rate_limited",
        "message": limited.message,
        "retry_after": 2.5,
    }
    assert "retry_after" not in orjson.loads(protocol.error(errors.Forbidden()))


def test_every_refusal_has_a_code_of_the_contract() -> None:
    of_sockets = {
        "bad_frame", "too_long", "empty", "rate_limited", "forbidden", "muted", "not_found",
        "unavailable", "conflict", "ended",
    }  # fmt: skip
    of_forms = {"bad_name", "bad_title", "name_taken", "locked", "passcode", "full", "must_ask"}
    of_files = {"no_file", "bad_file", "too_big", "no_room"}
    of_staff = {
        "factor_needed", "wrong_factor", "provider_away", "sign_in_unknown", "sign_in_expired",
        "sign_in_refused", "sign_in_untrusted", "no_role", "identity_taken",
    }  # fmt: skip
    kinds = [errors.ChatError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {kind.code for kind in kinds} <= of_sockets | of_forms | of_files | of_staff


def test_close_codes_say_whether_to_come_back() -> None:
    for code in protocol.Close:
        comes_back = code.name in {"RESTARTING", "TOO_SLOW", "BUSY"}
        assert (4000 <= code < 4500) == comes_back
        assert (4500 <= code < 5000) == (not comes_back)
