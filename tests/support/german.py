"""A reader whose language is not the site's, as long as the site has no translations of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real

# What a browser says that is set to German.
ACCEPTS = {"accept-language": "de"}
_TRANSLATED: dict[Any, str] = {
    "{by} banned {about}": "{by} hat {about} verbannt",
    "{by} muted {about} for {what}": "{by} hat {about} für {what} stumm geschaltet",
    "{was} is now called {about}": "{was} heißt jetzt {about}",
    "The site": "Der Betreiber",
    ("%d minute", 0): "%d Minute",
    ("%d minute", 1): "%d Minuten",
}


@contextmanager
def german() -> Iterator[None]:
    """Have the site in German too, and read and write in it here."""
    languages = [*settings.LANGUAGES, ("de", "German")]
    # What has been translated is forgotten with the languages, before and after.
    with override_settings(LANGUAGES=languages):
        catalogue: Any = trans_real.translation("de")._catalog  # type: ignore[attr-defined]
        catalogue._catalogs[0].update(_TRANSLATED)
        with translation.override("de"):
            yield
