"""A history has another name once its log was set back, whoever notices it first."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from history import identity
from history.identity import Identity
from history.models import History

pytestmark = pytest.mark.django_db


def test_it_keeps_its_name_while_the_site_goes_on() -> None:
    first = identity.look(None)
    identity.beat()
    second = identity.look(first)
    assert second == Identity(first.history, first.beat + 1, first.site)


def test_a_database_elsewhere_is_another_history() -> None:
    """A restored one or a copy: it has the name, but not where that was given."""
    first = identity.look(None)
    History.objects.update(place="another server")
    copy = identity.look(None)
    assert copy.history != first.history
    assert copy.site != first.site
    assert identity.look(copy) == copy, "once"


def test_a_beat_that_went_back_is_another_history_and_only_once() -> None:
    first = identity.look(None)
    for _ in range(3):
        identity.beat()
    one, other = identity.look(first), identity.look(first)
    History.objects.update(beat=first.beat)
    found = identity.look(one)
    assert found.history != first.history
    assert identity.look(other) == found, "who notices it later takes over the name"


def test_a_restore_that_commits_while_a_worker_looks_gives_one_new_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = identity.look(None)
    for _ in range(3):
        identity.beat()
    seen = identity.look(first)
    places = ["before"]
    History.objects.update(place="before")
    names: set[str] = set()

    def where() -> tuple[str, str]:
        """Tell the place; with the first answer a backup made there is restored elsewhere."""
        place = places[-1]
        if place == "before":
            places.append("after")
            History.objects.update(beat=first.beat)
        return place, ""

    monkeypatch.setattr(identity, "_where", where)
    one = other = seen
    for _ in range(2):
        one, other = identity.look(one), identity.look(other)
        names |= {one.history, other.history}
    assert one == other
    assert names - {seen.history} == {one.history}


def test_a_worker_that_finds_a_log_set_back_later_takes_over_its_name() -> None:
    first = identity.look(None)
    found = identity.rename(first)
    assert found.history != first.history
    assert identity.rename(first) == found
    assert identity.rename(None).history != found.history, "somebody said so"


def test_a_machine_remembers_the_beat_while_no_worker_runs(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    assert identity.remembered() is None
    first = identity.look(identity.remembered())
    identity.beat()
    assert identity.look(identity.remembered()).history == first.history
    History.objects.update(beat=first.beat)
    assert identity.look(identity.remembered()).history != first.history
