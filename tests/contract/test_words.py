"""What people read is set with typographic apostrophes: ’, and never '."""

import re
from pathlib import Path

from tests.support.programs import ROOT

# What is handed to gettext, in Python and in the page's modules: one text, or one for each number.
_CALLS = re.compile(r'(?:\b_|gettext(?:_lazy)?)\(\s*((?:"(?:[^"\\\n]|\\.)*"[\s,]*)+)')
_TRANSLATED = re.compile(r"""translate (["'])(.*?)\1""")
_COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<script.*?</script>", re.DOTALL)
_TAGS = re.compile(r"{%.*?%}|{{.*?}}|<[^>]*>", re.DOTALL)


def _in_code(path: Path) -> list[str]:
    return _CALLS.findall(path.read_text(encoding="utf-8"))


def _in_template(path: Path) -> list[str]:
    text = _COMMENTS.sub("", path.read_text(encoding="utf-8"))
    return [found[1] for found in _TRANSLATED.findall(text)] + _TAGS.sub("\n", text).splitlines()


def test_no_sentence_has_a_straight_apostrophe() -> None:
    code = [
        path
        for folder in ("rooms", "history", "chatsite", "static/js")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in {".py", ".js"} and not {"migrations", "vendor"} & set(path.parts)
    ]
    templates = list((ROOT / "templates").rglob("*.*"))
    said = [(path, text) for path in code for text in _in_code(path)]
    said += [(path, text) for path in templates for text in _in_template(path)]
    assert len(said) > 1000
    assert [f"{path.relative_to(ROOT)}: {text}" for path, text in said if "'" in text] == []
