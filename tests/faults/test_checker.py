"""A checker that cannot fail is no checker: each kind of corrupted history is found as its kind."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.checker import Acked, History, Message, Sent, Verdict, View, check

ROOM, AUTHORS, MEMBERS = "r_1", ("u_a", "u_b"), ("u_a", "u_b", "u_c")


def good_history(posts: int = 6) -> History:
    """Two authors take turns after their joins; three members see it all."""
    joins = [Message(n, n, "join", member, "", "") for n, member in enumerate(MEMBERS, 1)]
    sent = [Sent(ROOM, AUTHORS[n % 2], f"c{n}", f"body {n}", order=n // 2) for n in range(posts)]
    chat = [
        Message(n, n, "chat", post.author, post.client_id, post.body)
        for n, post in enumerate(sent, len(joins) + 1)
    ]
    return History(
        sent=sent,
        acks=[Acked(message.client_id, message.seq) for message in chat],
        views=[View(ROOM, member, applied=joins + chat) for member in MEMBERS],
        logs={ROOM: joins + chat},
    )


def test_a_good_history_has_no_fault() -> None:
    verdict = check(good_history())
    assert verdict.problems() == []
    assert (verdict.sent, verdict.acked) == (6, 6)


def test_acked_twice_with_the_same_number_is_no_fault() -> None:
    history = good_history()
    assert check(replace(history, acks=[*history.acks, history.acks[0]])).problems() == []


def test_a_view_that_started_again_is_judged_from_there() -> None:
    history = good_history()
    view = history.views[0]
    view.starts.append(5)
    view.applied = [*view.applied[:5], *history.logs[ROOM]]
    assert check(history).problems() == []


def at(history: History, seq: int) -> Message:
    return next(message for message in history.logs[ROOM] if message.seq == seq)


def drop_from_log(history: History) -> History:
    lost = at(history, 9)
    for view in history.views:
        view.applied.remove(lost)
    return replace(history, logs={ROOM: [m for m in history.logs[ROOM] if m != lost]})


def never_ack(history: History) -> History:
    return replace(history, acks=history.acks[1:])


def drop_from_one_view(history: History) -> History:
    history.views[1].applied.pop()
    return history


def hole_in_one_view(history: History) -> History:
    del history.views[1].applied[4]
    return history


def hole_in_the_log(history: History) -> History:
    moved = [
        replace(m, seq=m.seq + (m.seq > 5), changed=m.seq + (m.seq > 5)) for m in history.logs[ROOM]
    ]
    for view in history.views:
        view.applied = list(moved)
    acks = [Acked(a.client_id, a.seq + (a.seq > 5)) for a in history.acks]
    return replace(history, logs={ROOM: moved}, acks=acks)


def stored_twice(history: History) -> History:
    again = replace(at(history, 9), seq=10, changed=10)
    for view in history.views:
        view.applied.append(again)
    return replace(history, logs={ROOM: [*history.logs[ROOM], again]})


def delivered_twice(history: History) -> History:
    history.views[2].applied.insert(5, history.views[2].applied[4])
    return history


def two_numbers_for_one_post(history: History) -> History:
    return replace(history, acks=[*history.acks, Acked("c0", 9)])


def swapped_in_one_view(history: History) -> History:
    applied = history.views[0].applied
    applied[5], applied[6] = applied[6], applied[5]
    return history


def an_author_overtaken(history: History) -> History:
    first, second = history.sent[0], history.sent[2]
    swapped = [
        replace(first, order=second.order),
        history.sent[1],
        replace(second, order=first.order),
    ]
    return replace(history, sent=[*swapped, *history.sent[3:]])


def said_by_nobody(history: History) -> History:
    return replace(history, sent=history.sent[:-1])


def another_text(history: History) -> History:
    return replace(history, sent=[replace(history.sent[0], body="other"), *history.sent[1:]])


def another_room(history: History) -> History:
    return replace(history, sent=[replace(history.sent[0], room="r_2"), *history.sent[1:]])


def one_view_reads_otherwise(history: History) -> History:
    applied = history.views[0].applied
    applied[4] = replace(applied[4], body="other")
    return history


def frame_that_does_not_fit(history: History) -> History:
    history.views[0].misfits.append("after 7, but it was at 5")
    return history


@pytest.mark.parametrize(
    ("corrupt", "kinds"),
    [
        (drop_from_log, {"lost"}),
        (never_ack, {"unresolved"}),
        (drop_from_one_view, {"lost", "diverged"}),
        (hole_in_one_view, {"gaps", "lost", "diverged"}),
        (hole_in_the_log, {"gaps"}),
        (stored_twice, {"duplicates"}),
        (delivered_twice, {"duplicates", "diverged"}),
        (two_numbers_for_one_post, {"duplicates"}),
        (swapped_in_one_view, {"gaps", "inversions", "diverged"}),
        (an_author_overtaken, {"inversions"}),
        (said_by_nobody, {"unexpected"}),
        (another_text, {"unexpected"}),
        (another_room, {"unexpected"}),
        (one_view_reads_otherwise, {"unexpected", "diverged"}),
        (frame_that_does_not_fit, {"gaps"}),
    ],
)
def test_a_corrupted_history_is_found(
    corrupt: Callable[[History], History], kinds: set[str]
) -> None:
    counts = check(corrupt(good_history())).counts()
    # What else a corruption brings with it is its business; what it is must be said.
    assert kinds <= {kind for kind, count in counts.items() if count}


@given(st.data())
def test_no_view_can_be_changed_unnoticed(data: st.DataObject) -> None:
    history = good_history(posts=data.draw(st.integers(2, 12)))
    applied = data.draw(st.sampled_from(history.views)).applied
    before = list(applied)
    place = data.draw(st.integers(0, len(applied) - 1))
    match data.draw(st.sampled_from(["drop", "repeat", "move", "alter"])):
        case "drop":
            del applied[place]
        case "repeat":
            applied.insert(data.draw(st.integers(0, len(applied))), applied[place])
        case "move":
            applied.insert(data.draw(st.integers(0, len(applied) - 1)), applied.pop(place))
        case "alter":
            applied[place] = replace(applied[place], body=applied[place].body + "?")
    assert bool(check(history).problems()) == (applied != before)


def test_every_kind_of_fault_is_counted() -> None:
    lists = {name for name, value in vars_of(Verdict()).items() if isinstance(value, list)}
    assert lists == set(Verdict.FAULTS)


def vars_of(verdict: Verdict) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in Verdict.__slots__}
