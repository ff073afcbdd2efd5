"""Discord's `embeds`, as Markdown. Pure."""

from typing import Any

from rooms.hooks import dialects
from rooms.hooks.slack import dicts, joined, named, text_of, titled


def embeds(found: Any) -> str:
    """Return embeds, one below the other."""
    return joined((_embed(each) for each in dicts(found)), "\n\n")


def _embed(found: dict[str, Any]) -> str:
    author, image = found.get("author"), found.get("image")
    return joined(
        (
            dialects.link(text_of(author.get("name")), text_of(author.get("url")))
            if isinstance(author, dict)
            else "",
            titled(found.get("title"), found.get("url")),
            dialects.from_markdown(text_of(found.get("description"))),
            joined(
                (
                    named(each.get("name"), dialects.from_markdown(text_of(each.get("value"))))
                    for each in dicts(found.get("fields"))
                ),
                "\n",
            ),
            dialects.link("image", text_of(image.get("url")))
            if isinstance(image, dict) and image.get("url")
            else "",
        ),
        "\n",
    )
