"""What is posted to a hook, as a message: JSON, a form, or the text itself. Pure."""

from typing import Any
from urllib.parse import parse_qs

import orjson

from rooms.hooks import dialects, discord, slack
from rooms.hooks.slack import text_of
from rooms.refusals.hooks import BadHookBody

# Bytes of a post.
BODY_MAX = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
# Fields of a form that are what is said: those that senders use.
_SAID = ("text", "content", "message", "body")


def read(content_type: str, body: bytes, *, limit: int) -> str:
    """Return the message that a program posts, of at most `limit` characters; "" if there is none.

    `curl -d` calls everything a form: what has no field that is known here is the text itself. Raises
    BadHookBody.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media.startswith("multipart/"):
        raise BadHookBody
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadHookBody from None
    if media == _FORM and (found := _form(text)) is not None:
        text, media = found
    is_json = media == "application/json" or media.endswith("+json")
    if is_json or (media == _FORM and text.lstrip().startswith("{")):
        return dialects.fit(_of_json(text), limit)
    return dialects.fit(text, limit)


def _form(text: str) -> tuple[str, str] | None:
    """Return what a form says, and what type of text that is; None for what is no form of a sender's."""
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return None
    if "payload" in fields:
        return fields["payload"][0], "application/json"
    for name in _SAID:
        if name in fields:
            return dialects.either(fields[name][0]), "text/plain"
    return None


def _of_json(text: str) -> str:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadHookBody from None
    if isinstance(found, str):
        return found
    if not isinstance(found, dict):
        raise BadHookBody
    return _said(found)


def _said(found: dict[str, Any]) -> str:
    # To Slack `text` is what a notification says of the blocks.
    shown = slack.blocks(found.get("blocks")) or _text(found)
    return slack.joined(
        (shown, slack.attachments(found.get("attachments")), discord.embeds(found.get("embeds"))),
        "\n\n",
    )


def _text(found: dict[str, Any]) -> str:
    for name in _SAID:
        if text := text_of(found.get(name)):
            return dialects.from_markdown(text) if name == "content" else dialects.either(text)
    return ""
