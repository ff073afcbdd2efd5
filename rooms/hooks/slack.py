"""Slack's `attachments` and `blocks`, as Markdown. Pure.

Mattermost and Rocket.Chat take the same attachments. What a reader of a chat has no use for (colours, icons,
menus) is left out, and whatever is not of the type it should be.
"""

from collections.abc import Callable, Iterable
from typing import Any

from rooms.hooks import dialects

# How deep lists and texts of a block may be in one another.
_DEPTH = 8
_STYLES = (("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "**"))


def attachments(found: Any) -> str:
    """Return attachments, one below the other."""
    return joined((_attachment(each) for each in dicts(found)), "\n\n")


def blocks(found: Any) -> str:
    """Return the blocks of Slack's Block Kit that have something to read."""
    return joined((_block(each) for each in dicts(found)), "\n")


def text_of(value: Any) -> str:
    """Return a text, or a number as one; "" for anything else."""
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def dicts(found: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; none of what is no list."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def joined(parts: Iterable[str], between: str) -> str:
    """Return the parts that have something in them."""
    return between.join(part for part in parts if part.strip())


def _attachment(found: dict[str, Any]) -> str:
    said = joined(
        (
            dialects.either(text_of(found.get("pretext"))),
            _author(found),
            titled(found.get("title"), found.get("title_link")),
            dialects.either(text_of(found.get("text"))),
            blocks(found.get("blocks")),
            _fields(found.get("fields")),
            _picture(found.get("image_url"), "image"),
            _buttons(found.get("actions")),
        ),
        "\n",
    )
    return said or dialects.either(text_of(found.get("fallback")))


def titled(title: Any, address: Any) -> str:
    """Return a title in bold, which is a link if there is an address."""
    text, target = dialects.plain(text_of(title)), text_of(address)
    return dialects.bold(dialects.link(text, target)) if text.strip() else ""


def _author(found: dict[str, Any]) -> str:
    name = dialects.plain(text_of(found.get("author_name")))
    return dialects.link(name, text_of(found.get("author_link"))) if name else ""


def _fields(found: Any) -> str:
    return joined(
        (
            named(each.get("title"), dialects.either(text_of(each.get("value"))))
            for each in dicts(found)
        ),
        "\n",
    )


def named(name: Any, value: str) -> str:
    """Return a field: its name in bold, and what it says."""
    title = dialects.bold(dialects.plain(text_of(name).rstrip(": ")))
    return f"{title}: {value}" if title and value else title or value


def _picture(address: Any, label: str) -> str:
    target = text_of(address)
    return dialects.link(label, target) if target else ""


def _buttons(found: Any) -> str:
    """Return the buttons that lead somewhere. Others would ask this site, which has no answer."""
    return joined((_button(each) for each in dicts(found)), " · ")


def _button(found: dict[str, Any]) -> str:
    text, target = found.get("text"), text_of(found.get("url"))
    label = text_of(text.get("text")) if isinstance(text, dict) else text_of(text)
    return dialects.link(dialects.plain(label), target) if target else ""


# Blocks -------------------------------------------------------------------------------------------


def _block(found: dict[str, Any]) -> str:
    read = _BLOCKS.get(text_of(found.get("type")))
    return read(found) if read else ""


def _text(found: Any) -> str:
    """Return a text object: {"type": "mrkdwn" or "plain_text", "text": …}."""
    if not isinstance(found, dict):
        return ""
    text = text_of(found.get("text"))
    return dialects.plain(text) if found.get("type") == "plain_text" else dialects.from_mrkdwn(text)


def _header(found: dict[str, Any]) -> str:
    return dialects.bold(_text(found.get("text")))


def _section(found: dict[str, Any]) -> str:
    accessory = found.get("accessory")
    return joined(
        (
            _text(found.get("text")),
            joined((_text(each) for each in dicts(found.get("fields"))), "\n"),
            _button(accessory) if isinstance(accessory, dict) else "",
        ),
        "\n",
    )


def _context(found: dict[str, Any]) -> str:
    texts = [each for each in dicts(found.get("elements")) if each.get("type") != "image"]
    return joined(map(_text, texts), " ")


def _image(found: dict[str, Any]) -> str:
    title = found.get("title")
    label = text_of(title.get("text")) if isinstance(title, dict) else ""
    return _picture(found.get("image_url"), label or text_of(found.get("alt_text")) or "image")


def _actions(found: dict[str, Any]) -> str:
    return _buttons(found.get("elements"))


def _rich_text(found: dict[str, Any]) -> str:
    return _rich(found, 0)


_BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "header": _header,
    "section": _section,
    "markdown": lambda found: dialects.from_markdown(text_of(found.get("text"))),
    "context": _context,
    "image": _image,
    "actions": _actions,
    "rich_text": _rich_text,
}


def _rich(found: dict[str, Any], depth: int) -> str:
    """Return a rich text, or a part of it."""
    if depth > _DEPTH:
        return ""
    parts = [_rich(each, depth + 1) for each in dicts(found.get("elements"))]
    match found.get("type"):
        case "rich_text":
            return joined(parts, "\n")
        case "rich_text_section":
            return "".join(parts)
        case "rich_text_list":
            is_ordered = found.get("style") == "ordered"
            marks = (f"{n}. " if is_ordered else "- " for n in range(1, len(parts) + 1))
            return "\n".join(mark + part for mark, part in zip(marks, parts, strict=True))
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in "".join(parts).split("\n"))
        case "rich_text_preformatted":
            return (
                f"```\n{''.join(text_of(e.get('text')) for e in dicts(found.get('elements')))}\n```"
            )
        case _:
            return _element(found)


def _element(found: dict[str, Any]) -> str:
    match found.get("type"):
        case "text":
            return _styled(text_of(found.get("text")), found.get("style"))
        case "link":
            target = text_of(found.get("url"))
            return dialects.link(text_of(found.get("text")) or target, target)
        case "emoji":
            name = text_of(found.get("name"))
            return f":{name}:" if name else ""
        case "broadcast":
            return f"@{text_of(found.get('range'))}"
        case "user":
            return f"@{text_of(found.get('user_id'))}"
        case "channel":
            return f"#{text_of(found.get('channel_id'))}"
    return ""


def _styled(text: str, style: Any) -> str:
    """Return a run of text in its styles. The marks stand at its words, not at the spaces around them."""
    words = text.strip()
    styles = style if isinstance(style, dict) else {}
    if not words:
        return text
    begin = text.index(words)
    shown = words if styles.get("code") else dialects.plain(words)
    for name, mark in _STYLES:
        if styles.get(name):
            shown = f"{mark}{shown}{mark}"
    return text[:begin] + shown + text[begin + len(words) :]
