"""What programs post to a hook, as messages: the dialects of Slack, Mattermost, Rocket.Chat and Discord."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from history import markup
from rooms.hooks import dialects, incoming
from rooms.refusals.hooks import BadHookBody

FORM = "application/x-www-form-urlencoded"


def said(found: Any, *, limit: int = 4000) -> str:
    return incoming.read("application/json; charset=utf-8", json.dumps(found).encode(), limit=limit)


def shown(found: Any) -> str:
    """Return the message as people read it."""
    text = said(found)
    return markup.plain(text, markup.render(text))


# As it was sent by Alertmanager 0.25 with its own templates.
ALERT = {
    "channel": "#general",
    "username": "Alertmanager",
    "attachments": [
        {
            "title": "[FIRING:1] DiskFull (db1:9100 critical)",
            "title_link": "http://vm:9093/#/alerts?receiver=chat",
            "text": "",
            "fallback": "[FIRING:1] DiskFull (db1:9100 critical) | http://vm:9093/#/alerts?receiver=chat",
            "callback_id": "",
            "footer": "",
            "color": "danger",
            "mrkdwn_in": ["fallback", "pretext", "text"],
        }
    ],
}


def test_an_alert_is_its_title_with_a_link() -> None:
    link = "[(FIRING:1) DiskFull (db1:9100 critical)](http://vm:9093/#/alerts?receiver=chat)"
    assert said(ALERT) == f"**{link}**"
    assert "<strong><a href=" in markup.render(said(ALERT))


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("text/plain", "hello *there*", "hello *there*"),
        ("", "hello", "hello"),
        (FORM, "hello *there* a=b & c", "hello *there* a=b & c"),
        (FORM, '{"text": "a & b"}', "a & b"),
        (FORM, urlencode({"payload": '{"text": "a & b"}'}), "a & b"),
        (FORM, urlencode({"text": "a & b", "channel": "#x"}), "a & b"),
        ("application/json", '"hello"', "hello"),
        ("application/vnd.api+json", '{"text": "hello"}', "hello"),
        ("text/plain", "one\r\ntwo\x00\x1b\n\n", "one\ntwo"),
    ],
)
def test_json_a_form_and_text_are_taken(content_type: str, body: str, message: str) -> None:
    assert incoming.read(content_type, body.encode(), limit=4000) == message


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"[" * 60_000),
        ("application/json", b"\xff"),
        (FORM, b"payload={"),
        ("multipart/form-data; boundary=x", b"--x--"),
    ],
)
def test_what_is_none_of_these_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(BadHookBody):
        incoming.read(content_type, body, limit=4000)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"text": None, "attachments": "x", "blocks": [1, None], "embeds": {}},
        {"text": True},
        {"attachments": [{"title": [], "fields": [{"title": {}, "value": None}]}]},
        {"blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": 1, "style": 2}]}]},
        {"alerts": [{"status": "firing"}]},
    ],
)
def test_what_says_nothing_that_is_known_is_no_message(found: Any) -> None:
    assert said(found).strip("1") == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("*bold* _italic_ ~gone~", "**bold** _italic_ ~~gone~~"),
        ("<https://example.org/a_b|docs>", "[docs](https://example.org/a_b)"),
        ("<https://example.org>", "https://example.org"),
        ("<https://example.org/(x)|a [b]>", "[a (b)](https://example.org/%28x%29)"),
        ("<mailto:a@example.org|a>", "[a](mailto:a@example.org)"),
        ("<javascript:alert(1)|x>", "<javascript:alert(1)|x>"),
        ("<@U024> <#C1|general> <!here> <!subteam^S1|@ops>", "@U024 #general @here @ops"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;https://example.org|x&gt;", "<https://example.org|x>"),
        ("2*3*4 and *.py", "2*3*4 and *.py"),
        ("`a *b* <c|d>` *e*", "`a *b* <c|d>` **e**"),
        ("```\n*b*\n```\n*e*", "```\n*b*\n```\n**e**"),
        ("<disk> full", "<disk> full"),
    ],
)
def test_slack_s_marks_become_markdown(text: str, message: str) -> None:
    assert said({"text": text}) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("On **db1**: *now*", "On **db1**: *now*"),
        (
            "# Backup *failed*\nOn [db1](https://example.org)",
            "**Backup *failed***\nOn [db1](https://example.org)",
        ),
        ("## \nx **y**", "## \nx **y**"),
        (
            "![a graph](https://example.org/g.png) **x**",
            "[a graph](https://example.org/g.png) **x**",
        ),
        (r"**x** \# one \> two\. \[x\]", "**x** # one > two. [x]"),
        (r"**x** \[a\]\(https://example\.org\)", r"**x** \[a](https://example.org)"),
        (r"**x** \*y\*", r"**x** \*y\*"),
    ],
)
def test_markdown_stays_what_it_is(text: str, message: str) -> None:
    assert said({"text": text}) == message


def test_an_attachment_has_a_title_fields_and_buttons() -> None:
    found = {
        "text": "ignored by nobody",
        "attachments": [
            {
                "fallback": "not shown",
                "pretext": "before",
                "author_name": "CI",
                "author_link": "https://ci.example.org",
                "title": "Build *failed*",
                "text": "see <https://ci.example.org/7|the log>",
                "fields": [
                    {"title": "Branch", "value": "main", "short": True},
                    {"title": "", "value": 7},
                ],
                "image_url": "https://ci.example.org/7.png",
                "actions": [
                    {"type": "button", "text": "Again", "url": "https://ci.example.org/again"},
                    {"type": "button", "text": "Silence", "name": "silence"},
                ],
                "footer": "not shown",
                "color": "#f00",
            },
            {"fallback": "only this"},
        ],
    }
    assert said(found).split("\n") == [
        "ignored by nobody",
        "",
        "before",
        "[CI](https://ci.example.org)",
        r"**Build \*failed\***",
        "see [the log](https://ci.example.org/7)",
        "**Branch**: main",
        "7",
        "[image](https://ci.example.org/7.png)",
        "[Again](https://ci.example.org/again)",
        "",
        "only this",
    ]


def test_blocks_are_shown_in_place_of_the_text_that_stands_for_them() -> None:
    found = {
        "text": "for a notification",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Deploy"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "*api* is <https://example.org|out>"},
                "fields": [{"type": "plain_text", "text": "2*3*4"}],
            },
            {"type": "divider"},
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "by _Ada_"}, {"type": "image"}],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Open"},
                        "url": "https://example.org/o",
                    },
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Undo"},
                        "action_id": "u",
                    },
                ],
            },
        ],
    }
    assert said(found).split("\n") == [
        "**Deploy**",
        "**api** is [out](https://example.org)",
        r"2\*3\*4",
        "by _Ada_",
        "[Open](https://example.org/o)",
    ]
    assert "2*3*4" in shown(found)


def test_rich_text_keeps_its_lists_quotes_and_styles() -> None:
    def text(words: str, **style: bool) -> dict[str, Any]:
        return {"type": "text", "text": words, "style": style}

    rich = [
        {
            "type": "rich_text_section",
            "elements": [
                text("all "),
                text("good ", bold=True, italic=True),
                text("x*y", code=True),
                {"type": "emoji", "name": "tada"},
                {"type": "link", "url": "https://example.org", "text": "here"},
                {"type": "broadcast", "range": "here"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [{"type": "rich_text_section", "elements": [text(t)]} for t in ("a", "b")],
        },
        {"type": "rich_text_quote", "elements": [text("one\ntwo")]},
        {"type": "rich_text_preformatted", "elements": [text("*code*")]},
    ]
    assert said({"blocks": [{"type": "rich_text", "elements": rich}]}).split("\n") == [
        "all **_good_** `x*y`:tada:[here](https://example.org)@here",
        "1. a",
        "2. b",
        "> one",
        "> two",
        "```",
        "*code*",
        "```",
    ]


def test_texts_in_one_another_end_somewhere() -> None:
    found: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(200):
        found = {"type": "rich_text_section", "elements": [found]}
    assert said({"blocks": [{"type": "rich_text", "elements": [found]}]}) == ""


def test_a_message_of_discord_s_has_its_embeds_below_it() -> None:
    found = {
        "content": "**Backup** *failed*",
        "embeds": [
            {
                "title": "db1",
                "url": "https://example.org/db1",
                "description": "# Why\nno disk",
                "fields": [{"name": "Free", "value": "0 B", "inline": True}],
                "author": {"name": "backup"},
                "footer": {"text": "not shown"},
            }
        ],
    }
    assert said(found).split("\n") == [
        "**Backup** *failed*",
        "",
        "backup",
        "**[db1](https://example.org/db1)**",
        "**Why**",
        "no disk",
        "**Free**: 0 B",
    ]


def test_what_is_too_long_is_cut_and_code_stays_code() -> None:
    assert said({"text": "x" * 50}, limit=20) == "x" * 18 + "\n…"
    cut = said({"text": "```\n" + "x\n" * 50 + "```"}, limit=30)
    assert len(cut) <= 30
    assert cut.endswith("\n…\n```")


# What parts a mark from what is before it.
UNSEEN = "\N{WORD JOINER}"


@given(st.text() | st.text("ab *_~`\\\\/:¯>-[C("))
@example("¯_(ツ)_/¯")
@example("/_a_/ /*b*/")
@example(r"\_ \* C:\x\_y_")
@example(r"\> ")
def test_a_plain_text_shows_its_own_characters(text: str) -> None:
    typed = " ".join(dialects.fit(text, 4000).split())
    made = dialects.plain(typed)
    # Emoji and links are made of plain text too.
    if "@" in typed or "." in typed or re.search(r":[a-z]+:|[:;][^\s]", typed):
        return
    shown = markup.plain(made, markup.render(made)).replace(UNSEEN, "")
    assert shown == typed.replace(UNSEEN, "")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "title",
                    "fields",
                    "value",
                    "blocks",
                    "attachments",
                    "embeds",
                    "style",
                    "url",
                    "actions",
                ]
            ),
            inner | st.sampled_from(["rich_text", "section", "rich_text_list", "actions"]),
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(
    st.fixed_dictionaries({"blocks": _json, "attachments": _json, "embeds": _json, "text": _json})
)
def test_no_json_breaks_it(found: Any) -> None:
    assert len(said(found, limit=100)) <= 100
