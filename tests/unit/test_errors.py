"""A refusal is a code, a sentence that can be translated, and its parameters."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.utils import translation
from django.utils.functional import Promise

from rooms import refusals
from rooms.errors import ChatError, MutedFor, RateLimited
from rooms.refusals.forms import BadForm, BadSetting
from rooms.refusals.orders import OnlyTheOwner

for module in iter_modules(refusals.__path__):
    import_module(f"{refusals.__name__}.{module.name}")


def kinds(of: type[ChatError] = ChatError) -> Iterator[type[ChatError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_every_sentence_is_marked_for_translation() -> None:
    unmarked = {kind for kind in kinds() if not isinstance(kind.sentence, Promise)}
    assert unmarked == {BadForm, BadSetting}, "theirs are made elsewhere"


def test_every_sentence_names_its_parameters() -> None:
    for kind in kinds():
        named = set(re.findall(r"%\((\w+)\)s", str(kind.sentence)))
        assert str(kind.sentence).count("%") == len(named), kind
        refusal = kind(**dict.fromkeys(named, "7"))
        assert refusal.params.keys() == named
        assert ("7" in refusal.message) == bool(named)
        assert str(refusal) == refusal.message


def test_a_parameter_is_text_and_nothing_more() -> None:
    assert MutedFor(reason="100%(of)s").message.endswith(": 100%(of)s")


def test_no_prose_is_handed_to_a_refusal() -> None:
    with pytest.raises(TypeError):
        RateLimited("Not so fast.")  # type: ignore[call-arg]


def test_a_sentence_is_read_in_the_language_of_the_answer() -> None:
    refusal = OnlyTheOwner()
    with translation.override(None):
        assert refusal.message == "Only the room’s owner can do that."
