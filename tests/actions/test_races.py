"""Actions of several workers at one moment have an outcome that a queue could have had.

Each thread here is a worker with a connection of its own.
"""

import random
import secrets
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from history.log import read
from history.models import Stream
from rooms import commands, names
from rooms.actions import leaving, people, rooms, site_bans
from rooms.actions.changes import Changed
from rooms.actions.messages import Posted
from rooms.errors import (
    BadName,
    ChatError,
    NameTaken,
    NotMember,
    Removed,
    RoomClosed,
    RoomNotFound,
)
from rooms.live.commit import commit_patiently as commit
from rooms.models import Connection, Membership, Room, User
from tests.actions.factories import (
    ask,
    come_in,
    connect,
    draft,
    enter,
    guest,
    is_open,
    lose,
    meanwhile,
    open_room,
    pass_leave_grace,
    pass_room_grace,
    present,
    say,
    session,
    sweep,
    together,
    transcript,
    waiting_for,
    worker,
)

pytestmark = pytest.mark.django_db(transaction=True)


# The log ------------------------------------------------------------------------------------------
def test_many_writers_in_the_same_rooms_leave_no_gap_and_lose_nothing() -> None:
    """In batches over several rooms, each in an order of its own: nobody waits for ever."""
    owners = [open_room(f"Owner {number}") for number in range(3)]
    entrances = [enter(*owner) for owner in owners]

    def write(writer: int) -> list[tuple[int, str, int]]:
        order, acked = random.Random(writer), []
        for number in range(15):
            wanted = order.choices(range(3), k=order.randint(1, 5))
            drafts = [draft(entrances[n], f"{writer}.{number}.{i}") for i, n in enumerate(wanted)]
            outcomes, changes = commit(drafts)
            assert sum(len(change.messages) for change in changes) == len(drafts)
            for n, post, outcome in zip(wanted, drafts, outcomes, strict=True):
                assert isinstance(outcome, Posted)
                acked.append((n, post.said.body, outcome.seq))
        return acked

    acked = [ack for acks in together(*(partial(write, n) for n in range(4))) for ack in acks]
    for number, (user, room) in enumerate(owners):
        mine = sorted((seq, body) for n, body, seq in acked if n == number)
        assert transcript(room)[1:] == [f"{seq} chat {user}: {body}" for seq, body in mine]


def test_the_same_post_over_ten_workers_at_once_is_one_message() -> None:
    user, room = open_room("Ada")
    post = draft(enter(user, room), "hello")
    answers = together(*[lambda: commit([post])[0][0]] * 10)
    assert {answer.seq for answer in answers} == {2}
    assert transcript(room) == ["1 join Ada", "2 chat Ada: hello"]


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda user, room: site_bans.ban(user=user), Removed),
        (lambda user, room: leaving.leave(user=user, room=room), NotMember),
        (lambda user, room: rooms.close(room=room), RoomClosed),
    ],
    ids=["ban", "leave", "close"],
)
def test_a_post_under_way_when_its_author_is_shut_out_is_refused(
    happens: Callable[[User, Room], object], reason: type[ChatError]
) -> None:
    _, room = open_room("Ada")
    bob = come_in("Bob", room)
    post = draft(enter(bob, room), "one more thing")
    with waiting_for(room, lambda: commit([post])[0][0]) as answer:
        happens(bob, room)
    assert isinstance(answer(), reason)
    assert not any("one more thing" in line for line in transcript(room))


@pytest.mark.parametrize("known", [True, False], ids=["member", "newcomer"])
def test_nobody_comes_into_a_room_in_the_moment_of_a_ban(known: bool) -> None:
    _, first = open_room("Ada")
    _, second = open_room("Eve")
    bob = come_in("Bob", first)
    if known:
        rooms.join(user=bob, code=second.code)

    def come() -> None:
        rooms.join(user=User.objects.get(pk=bob.pk), code=second.code)
        connect(bob, second)

    with waiting_for(first, partial(site_bans.ban, user=bob)):
        answer = meanwhile(come)
    assert answer() is None or isinstance(answer(), RoomNotFound | NotMember | Removed)
    assert not Membership.objects.filter(user=bob, present=True).exists()


# Names --------------------------------------------------------------------------------------------
def test_of_many_people_who_take_one_name_at_once_one_has_it() -> None:
    _, room = open_room("Ada")
    bobs = [guest(name) for name in ("Bob", "BOB", "bob", "Ｂｏｂ")]
    answers = together(*(partial(rooms.join, user=bob, code=room.code) for bob in bobs))
    assert Counter(type(answer) for answer in answers) == {Room: 1, NameTaken: 3}


def test_of_two_people_renamed_to_one_name_at_once_one_is() -> None:
    _, room = open_room("Ada")
    pair = [come_in("Bob", room), come_in("Eve", room)]
    answers = together(*(partial(people.rename, user=user, name="Zoë") for user in pair))
    assert [type(answer) for answer in answers].count(NameTaken) == 1
    assert "Zoë" in present(room)


def test_two_people_who_are_renamed_and_swap_rooms_do_not_deadlock() -> None:
    pairs = [open_room("Ada"), open_room("Bob")]

    def cross(number: int, turn: int) -> None:
        user, room = pairs[number][0], pairs[1 - number][1]
        with transaction.atomic():
            people.enter_as(user=user, name=f"{number} in turn {turn}", joining=room)
            rooms.join(user=user, code=room.code)

    for turn in range(5):
        together(*(partial(cross, number, turn) for number in range(2)))


ways_in = st.sampled_from([*"aAbBcC😀", "Ａ", "a ", "b\u0301", "😀\ufe0f", "ⓐ", "ⅽ"])


@pytest.mark.django_db
@examples(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(ways_in, st.sampled_from(["join", "rename", "leave"])), max_size=10))
def test_no_two_present_members_look_the_same(steps: list[tuple[str, str]]) -> None:
    owner, room = open_room("Owner")
    here = [owner]
    for name, step in steps:
        try:
            if step == "join":
                here.append(come_in(name, room))
            elif step == "rename":
                people.rename(user=here[-1], name=name)
            elif len(here) > 1:
                leaving.leave(user=here.pop(), room=room)
        except BadName:
            pass
        keys = [names.key(name) for name in present(room)]
        assert len(keys) == len(set(keys))


# Everything ---------------------------------------------------------------------------------------
def test_when_everything_happens_at_once_log_and_presence_agree() -> None:
    owner, room = open_room("Owner")
    guests = [guest(f"Guest {number}") for number in range(5)]
    keys = {user.pk: session(user) for user in guests}

    def live(number: int) -> None:
        dice, on = random.Random(number), worker(f"{number}")
        sockets: list[str] = []
        for _ in range(25):
            user = dice.choice(guests)
            action = dice.choice(["join", "connect", "connect", "vanish", "leave", "sweep", "say"])
            try:
                match action:
                    case "join":
                        rooms.join(user=user, code=room.code)
                    case "connect":
                        sockets.append(connect(user, room, on=on, key=keys[user.pk]))
                    case "vanish" if sockets:
                        leaving.vanish(socket_ids=[sockets.pop(0)])
                    case "leave":
                        leaving.leave(user=user, room=room)
                    case "sweep":
                        pass_leave_grace()
                        sweep()
                    case "say":
                        commit([draft(enter(user, room), secrets.token_hex(4))])
            except ChatError:
                pass  # they had left, or had not come yet
        leaving.vanish(socket_ids=sockets)

    together(*(partial(live, number) for number in range(3)))
    check_presence(room)
    for user in guests:
        lose(user)
    pass_leave_grace()
    sweep()
    assert check_presence(room) == {"Owner"}
    leaving.leave(user=owner, room=room)
    pass_room_grace(room)
    sweep()
    assert not is_open(room)


def check_presence(room: Room) -> set[str]:
    """Joins and leaves alternate for each person, and what they add up to is who is there."""
    here: set[str] = set()
    for line in transcript(room):
        _, kind, rest = line.split(" ", 2)
        who = rest.split(":")[0]
        if kind == "join":
            assert who not in here, line
            here.add(who)
        elif kind == "leave":
            assert who in here, line
            here.remove(who)
        else:
            assert who in here, f"{line}: said by somebody who is not there"
    assert here == present(room)
    connected = set(
        Connection.objects.filter(room=room).values_list("user__display_name", flat=True)
    )
    gone = {
        str(member.user)
        for member in Membership.objects.filter(room=room, present=True, away_since=None)
    }
    assert gone <= connected, "whoever has no socket is away"
    return here


def test_simultaneous_changes_of_messages_have_a_number_each() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    said = [message.seq for message in say(ada, room, *(f"{n}" for n in range(5)))]
    head = Stream.objects.get(pk=room.stream_id).head
    entrance = enter(bob, room)

    def work(worker: int) -> list[int]:
        dice, taken = random.Random(worker), list[int]()
        for n in range(12):
            seq = dice.choice(said)
            changes_wished = [
                commands.React(seq, dice.choice("👍🎉🙂"), dice.random() < 0.6),
                commands.Edit(seq, f"{worker}.{n}"),
                commands.Pin(seq, dice.random() < 0.5),
                *([commands.Delete(seq)] if n == 11 and worker == 0 else []),
            ]
            user = ada if worker % 2 else bob
            wishes = [(user, command) for command in dice.sample(changes_wished, 2)]
            for answer in ask(room, *wishes):
                taken += [answer.changed] if isinstance(answer, Changed) else []
            outcomes, _ = commit([draft(entrance, f"post {worker}.{n}")])
            taken += [outcome.seq for outcome in outcomes if isinstance(outcome, Posted)]
        return taken

    taken = [n for numbers in together(*(partial(work, n) for n in range(4))) for n in numbers]
    stream = Stream.objects.get(pk=room.stream_id)
    # A change that was made already gives the number it took then.
    assert set(taken) - set(said) >= set(range(head + 1, stream.head + 1))
    told = read.changed_since(stream.pk, 0)
    assert told.through == stream.head
    assert {m["seq"]: m for m in told.messages} == {
        m["seq"]: m for m in read.page(stream.pk, limit=100).messages
    }
