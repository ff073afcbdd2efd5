"""The end of a log in memory answers as the log would, or not at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from history.log.read import RESUME_LIMIT
from history.wire import WireMessage
from rooms.live.recent import Recent
from tests.unit.test_splitting import message

# A log: each change is a new message (None) or touches an old one, chosen by its place among them.
logs = st.lists(st.none() | st.integers(0, 10**6), max_size=60)
# Many more than are kept, of which some touch the old ones.
long_logs = st.tuples(
    st.lists(st.none() | st.none() | st.integers(0, 10**6), min_size=1, max_size=12),
    st.integers(100, 300),
).map(lambda of: of[0] * of[1])


def changes(log: list[int | None]) -> list[WireMessage]:
    made: list[WireMessage] = []
    count = 0
    for number, touched in enumerate(log, 1):
        if touched is None or not count:
            # A message takes the number of its change as its own.
            seq, count = number, count + 1
        else:
            seq = made[touched % len(made)]["seq"]
        made.append(message(seq, changed=number))
    return made


def as_now(made: list[WireMessage]) -> list[WireMessage]:
    """Each message as it is now, by its latest change."""
    newest = {m["seq"]: m for m in made}
    return sorted(newest.values(), key=lambda m: m["changed"])


def check(recent: Recent, made: list[WireMessage], *, floor: int) -> None:
    head = len(made)
    now = as_now(made)
    for after in {0, floor, head - RESUME_LIMIT, head // 2, head - 1, head, *range(0, head, 37)}:
        missed = recent.since(after)
        if missed is None:
            assert after < max(floor, head - RESUME_LIMIT), "the last 500 changes can be resumed"
        else:
            assert missed == [m for m in now if m["changed"] > after]
    by_seq = sorted(now, key=lambda m: m["seq"])
    page = recent.newest(50)
    if page is not None:
        assert page == (by_seq[-50:], len(by_seq) > 50)
    else:
        assert floor or head > RESUME_LIMIT


@given(logs, st.data())
def test_it_knows_the_changes_since_it_was_loaded(
    log: list[int | None], data: st.DataObject
) -> None:
    made = changes(log)
    loaded = data.draw(st.integers(0, len(made)))
    recent = Recent(floor=0, messages=as_now(made[:loaded]))
    recent.add(made[loaded:])
    check(recent, made, floor=0)


def test_somebody_with_a_new_name_has_it_everywhere() -> None:
    first, second, third = message(1), message(2), message(3)
    third["author"] = {"id": "u_0123456789abcdef", "name": "New"}
    second["author"] = {"id": "u_other", "name": "Other"}
    recent = Recent(floor=0, messages=[first, second])
    recent.add([third])
    names = [m["author"] and m["author"]["name"] for m in recent.since(0) or []]
    assert names == ["New", "Other", "New"]
    assert first["author"] != third["author"], "what was shown before is as it was"


@given(logs, st.data())
def test_loaded_from_the_middle_it_does_not_pretend_to_know_the_rest(
    log: list[int | None], data: st.DataObject
) -> None:
    made = changes(log)
    floor = data.draw(st.integers(0, len(made)))
    loaded = data.draw(st.integers(floor, len(made)))
    known = [m for m in as_now(made[:loaded]) if m["changed"] > floor]
    recent = Recent(floor=floor, messages=known)
    recent.add(made[loaded:])
    check(recent, made, floor=floor)


@settings(max_examples=20, deadline=None)
@given(long_logs, st.integers(1, 400))
def test_it_forgets_the_oldest_and_knows_that_it_did(log: list[int | None], batch: int) -> None:
    made = changes(log)
    recent = Recent(floor=0, messages=())
    for start in range(0, len(made), batch):
        recent.add(made[start : start + batch])
    check(recent, made, floor=0)
    assert len(recent._by_seq) <= 2 * RESUME_LIMIT


def test_it_keeps_pinned_messages_and_the_names_of_reactions() -> None:
    old, new = message(1), message(600)
    old["author"] = new["author"] = {"id": "u_ada", "name": "Ada"}
    recent = Recent(floor=500, messages=[new], pinned=[{**old, "pinned": True}])
    reacted = message(600, changed=601)
    reacted |= {"pinned": True, "reactions": {"👍": ["u_bob"]}, "names": {"u_bob": "Bob"}}
    recent.add([reacted])
    assert [m["seq"] for m in recent.pinned()] == [1, 600]
    notice = message(602)
    notice["author"] = {"id": "u_bob", "name": "Robert"}
    recent.add([notice])
    assert recent.pinned()[1]["names"] == {"u_bob": "Robert"}
    notice = message(603)
    notice["author"] = {"id": "u_ada", "name": "Countess"}
    recent.add([notice])
    assert recent.pinned()[0]["author"] == {"id": "u_ada", "name": "Countess"}
    recent.add([message(1, changed=604)])
    assert [m["seq"] for m in recent.pinned()] == [600]
