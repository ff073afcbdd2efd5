"""A channel log is read completely, and played by people who are there when they speak."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.replay import irc, script
from rooms.replay.irc import Acted, Changed, Joined, Left, Line, Renamed, Said
from rooms.replay.script import Enter, Leave, Say

LOG = Path(__file__).parent.parent / "data" / "ubuntu-2004-11-15.txt"

nicks = st.text(
    st.sampled_from("abcXYZ0189_-\\`^{}|"),
    min_size=1,
    max_size=16,
)
hosts = st.text(st.sampled_from("~abc@.-0189"), min_size=1, max_size=20)
# No line ends; no outer spaces in `/me`, whose line has one space before its text.
texts = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=40)
actions = texts.filter(
    lambda text: not any(mark in text for mark in ("[", "is now known as", "/#"))
)
minute = st.integers(0, 24 * 60 - 1)
lines = st.one_of(
    st.builds(Said, minute, nicks, texts),
    st.builds(Acted, st.none() | minute, nicks, actions),
    st.builds(Joined, nicks, hosts, st.just("#ubuntu")),
    st.builds(
        Left,
        nicks,
        hosts,
        st.sampled_from(["left #ubuntu", "quit"]),
        st.sampled_from(["", '["x"]']),
    ),
    st.builds(Renamed, nicks, nicks),
    st.builds(lambda nick: Changed(nick, f"mode/#ubuntu [+b *!*@example.org]  by {nick}"), nicks),
)


@given(st.lists(lines))
def test_a_log_written_and_read_again_is_the_same(log: list[Line]) -> None:
    assert irc.parse("".join(irc.render(line) + "\n" for line in log)) == log


def test_a_real_log_is_read_to_the_last_line() -> None:
    text = LOG.read_text()
    log = irc.parse(text)
    assert "".join(irc.render(line) + "\n" for line in log) == text
    assert {type(line) for line in log} == {Said, Acted, Joined, Left, Renamed}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[12:18] <|trey|> usual  :)", Said(12 * 60 + 18, "|trey|", "usual  :)")),
        ("[12:42] <tweaked>        or too many", Said(762, "tweaked", "       or too many")),
        ("[12:15] <opteron>", Said(735, "opteron", "")),
        ("[12:20] <brad[] > Hi", Said(740, "brad[]", "Hi")),
        ("[10:00]  * mrglinux prefer go", Acted(600, "mrglinux", "prefer go")),
        ("=== Matt| scrolls up", Acted(None, "Matt|", "scrolls up")),
        ("=== brad[]  [~b@1.2.3.4]  has joined #ubuntu", Joined("brad[]", "~b@1.2.3.4", "#ubuntu")),
        ("=== a [~a@b]  has left #ubuntu []", Left("a", "~a@b", "left #ubuntu", "[]")),
        ("=== a is now known as b", Renamed("a", "b")),
        ("=== a is now known as b to all", Acted(None, "a", "is now known as b to all")),
        ("=== mode/#u [-b *!*@x]  by Sev", Changed("Sev", "mode/#u [-b *!*@x]  by Sev")),
        ("=== ..[topic/#u:Sev] : Hello", Changed("Sev", "..[topic/#u:Sev] : Hello")),
    ],
)
def test_each_form_of_line_says_who_did_what(line: str, expected: Line) -> None:
    assert irc.parse_line(line) == expected


def test_only_a_newline_ends_a_line() -> None:
    log = irc.parse("\ufeff[10:00] <a> form\x0cfeed\u2028and\x85more\r\n[10:00] <b> x\n")
    assert log == [Said(600, "a", "form\x0cfeed\u2028and\x85more"), Said(600, "b", "x")]


def test_a_text_that_is_not_a_log_is_refused_with_its_line() -> None:
    with pytest.raises(irc.NotALog, match="line 2 "):
        irc.parse("[10:00] <a> x\nDear diary,\n")


@given(st.lists(lines, min_size=1))
def test_time_never_goes_back(log: list[Line]) -> None:
    times = irc.minutes(log)
    assert len(times) == len(log)
    assert times == sorted(times)


def test_a_twelve_hour_clock_goes_on_past_noon() -> None:
    log = [Said(12 * 60 + 59, "a", "x"), Joined("b", "h", "#c"), Said(60, "a", "y")]
    assert irc.minutes(log) == [0.0, 0.5, 1.0]


@given(st.lists(lines))
def test_everyone_is_in_the_room_when_they_act_and_only_once(log: list[Line]) -> None:
    here: set[str] = set()
    for step in script.write(log).steps:
        match step:
            case Enter(nick):
                assert nick not in here
                here.add(nick)
            case Say(nick):
                assert nick in here
            case Leave(nick):
                here.remove(nick)


@given(st.lists(lines))
def test_every_line_is_played_once_and_in_order(log: list[Line]) -> None:
    played = script.write(log)
    numbers = [step.line for step in played.steps if step.line is not None]
    assert numbers == sorted(numbers)
    assert sorted({*numbers, *played.unplayable}) == list(range(len(log)))
    for number in set(numbers):
        assert numbers.count(number) == (2 if isinstance(log[number], Renamed) else 1)


def test_events_that_a_log_leaves_out_are_played_too() -> None:
    log = irc.parse(
        "\n".join(
            [
                "[10:00] <ann> hello",
                "=== bob [b@h]  has joined #c",
                "=== bob [b@h]  has joined #c",
                "=== ann is now known as eve",
                "=== eve waves",
                "[10:01] <ann> again",
                "[10:01] <cat>",
            ]
        )
    )
    assert script.write(log) == script.Script(
        steps=(
            Enter("ann", None),
            Say("ann", "hello", 0),
            Enter("bob", 1),
            Leave("bob", None),
            Enter("bob", 2),
            Leave("ann", 3),
            Enter("eve", 3),
            Say("eve", "* eve waves", 4),
            Enter("ann", None),
            Say("ann", "again", 5),
        ),
        unplayable=(6,),
    )
