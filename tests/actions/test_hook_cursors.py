"""What a hook's receiver is sent: everything, once accepted never again, in the order of the log."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from history import wire
from history.models import Message
from rooms.actions import hooks, roles, rooms, sanctions
from rooms.actions.saying import say as say_as
from rooms.commands import Delete, Edit, React
from rooms.hooks import cursors
from rooms.models import HookOut, HookOwed, Room, User
from tests.actions.factories import ask, change_settings, come_in, say, together
from tests.actions.hooked import (
    EVERYTHING,
    Receiver,
    bodies,
    hook_out,
    owner_and_room,
    pass_time,
    register,
    take,
    types,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada_and_room() -> tuple[User, Room]:
    return owner_and_room()


def test_what_is_said_after_a_hook_was_made_is_sent_in_order(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    say(ada, room, "before")
    hook_out(room, ada)
    receiver = Receiver()
    said = say(ada, room, "one", "two")
    first, second = receiver.take_all()
    assert first["type"] == "message.posted"
    assert first["id"] == f"{room.public_id}-{said[0].seq}"
    assert first["data"]["room"] == {"id": room.public_id, "title": room.title}
    assert first["data"]["message"] == wire.from_row(said[0])
    assert first["timestamp"] == first["data"]["message"]["at"]
    assert second["data"]["message"]["body"] == "two"
    assert receiver.take_all() == []
    assert take() is None, "a hook without news is left alone"


def test_a_hook_is_told_what_it_was_made_for(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook_out(room, ada, *EVERYTHING)
    receiver = Receiver()
    assert types(receiver.take_all()) == ["room.notice"], "of itself"
    bob = come_in("Bob", room)
    [message] = say(bob, room, "hello")
    receiver.take_all()
    ask(room, (bob, Edit(seq=message.seq, body="hello again")))
    ask(room, (ada, React(seq=message.seq, emoji="👍", on=True)))
    ask(room, (bob, Delete(seq=message.seq)))
    assert types(receiver.take_all()) == ["message.deleted"], "as it is now"
    assert types(receiver.accepted) == [
        "room.notice",
        "member.joined",
        "message.posted",
        "message.deleted",
    ]


def test_a_change_that_was_not_accepted_comes_again_under_the_same_name(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "one", "two")
    requests = []
    for _ in range(3):
        hook = take()
        assert hook is not None
        delivery = cursors.following(hook)
        assert delivery is not None
        requests.append((delivery.identity, delivery.body))
        cursors.failed(hook, problem="503")
        assert take() is None, "not at once"
        pass_time(minutes=11)
    assert len(set(requests)) == 1
    assert bodies(Receiver().take_all()) == ["one", "two"]
    assert HookOut.objects.get().failures == 0


def test_a_lease_that_ends_passes_to_another_worker(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "one", "two")
    killed = take()
    assert killed is not None
    first = cursors.following(killed)
    assert take() is None
    pass_time(seconds=cursors.LEASE.total_seconds())
    receiver = Receiver()
    other = take()
    assert other is not None
    again = cursors.following(other)
    assert again is not None
    assert first is not None
    assert again.identity == first.identity
    # The first one was only slow: what it has to say of the cursor counts no more.
    assert cursors.following(killed, accepted=first) is None
    cursors.failed(killed, problem="slow")
    cursors.give_back(killed, accepted=first)
    assert HookOut.objects.get().failures == 0
    receiver.accept(again)
    assert cursors.following(other, accepted=again) is not None
    pass_time(seconds=cursors.LEASE.total_seconds())
    assert bodies(receiver.take_all()) == ["two"]


def test_of_workers_that_come_at_once_one_has_the_hook(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "one")
    taken = together(*[lambda: len(cursors.take(4))] * 4)
    assert sum(taken) == 1


def test_what_bots_say_is_sent_to_nobody(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook = hook_out(room, ada, *EVERYTHING)
    other = hook_out(room, ada, *EVERYTHING, name="Other")
    receiver = Receiver()
    receiver.take_all()
    for bot in (hook.bot.user, other.bot.user):
        posted = say_as(room=room, by=bot, body="beep", client_id="1")
        ask(room, (ada, React(seq=posted.seq, emoji="👍", on=True)))
    assert receiver.take_all() == []


def test_a_message_that_changes_before_it_is_told_is_new_when_it_is(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    one, two, three = say(ada, room, "one", "two", "three")
    ask(room, (ada, Edit(seq=one.seq, body="one, or so")))
    ask(room, (ada, React(seq=one.seq, emoji="👍", on=True)))
    ask(room, (ada, Delete(seq=two.seq)))
    receiver = Receiver()
    assert bodies(receiver.take_all()) == ["three", "one, or so"]
    assert set(types(receiver.accepted)) == {"message.posted"}
    ask(room, (ada, React(seq=three.seq, emoji="👍", on=True)))
    ask(room, (ada, Edit(seq=one.seq, body="one")))
    assert receiver.take_all() == [], "these it knows"
    assert not HookOwed.objects.exists()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("events", [("posted",), ("posted", "changed")])
def test_whatever_happens_a_receiver_has_everything_and_each_message_is_new_once(
    ada_and_room: tuple[User, Room], seed: int, events: tuple[str, ...]
) -> None:
    ada, room = ada_and_room
    hook = hook_out(room, ada, *events)
    chance = random.Random(seed)
    receiver, said = Receiver(), say(ada, room, "0")

    def happen() -> None:
        target = chance.choice(said).seq
        match chance.randrange(8):
            case 0 | 1 | 2:
                said.extend(say(ada, room, *(f"{n}" for n in range(chance.randint(1, 3)))))
            case 3:
                ask(room, (ada, Edit(seq=target, body=f"{chance.random()}")))
            case 4 | 5:
                ask(room, (ada, React(seq=target, emoji=chance.choice("👍🎉🔥"), on=True)))
            case 6:
                ask(room, (ada, Delete(seq=target)))
            case 7:
                say_as(room=room, by=hook.bot.user, body="beep", client_id=f"{chance.random()}")

    def deliver() -> None:
        HookOut.objects.update(due_at=Now())
        taken = take()
        if taken is None:
            return
        delivery = cursors.following(taken)
        for _ in range(chance.randint(0, 3)):
            if delivery is None:
                return
            if chance.random() < 0.3:
                happen()  # while the request is under way
            if chance.random() < 0.3:
                receiver.see(delivery)
                cursors.failed(taken, problem="503")
                return
            receiver.accept(delivery)
            delivery = cursors.following(taken, accepted=delivery)
        # And this worker is killed.

    for _ in range(25):
        (happen if chance.random() < 0.6 else deliver)()
    receiver.take_all()

    changes = [request["data"]["message"]["changed"] for request in receiver.accepted]
    assert changes == sorted(set(changes)), "in order, and none accepted twice"
    kinds: dict[int, list[str]] = {}
    last: dict[int, Any] = {}
    for request in receiver.accepted:
        message = request["data"]["message"]
        kinds.setdefault(message["seq"], []).append(request["type"])
        last[message["seq"]] = message
    for seen in kinds.values():
        assert [kind == "message.posted" for kind in seen] == [True] + [False] * (len(seen) - 1)
    rows = Message.objects.filter(stream=room.stream_id, kind="chat", author=ada)
    now = {m["seq"]: m for m in wire.read(rows)}
    missing = now.keys() - last.keys()
    assert all(now[seq]["deleted"] for seq in missing)
    if "changed" in events:
        assert last == {seq: m for seq, m in now.items() if seq not in missing}


# The end ------------------------------------------------------------------------------------------


def fail_once(problem: str = "500", **options: Any) -> None:
    HookOut.objects.update(due_at=Now())
    hook = take()
    assert hook is not None
    assert cursors.following(hook) is not None
    cursors.failed(hook, problem=problem, **options)


def test_a_receiver_that_fails_for_three_days_is_sent_no_more(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "one", "two")
    fail_once()
    pass_time(days=2.9)
    fail_once()
    assert HookOut.objects.get().stop == ""
    pass_time(days=0.2)
    fail_once("unreachable")
    hook = HookOut.objects.get()
    assert (hook.stop, hook.problem) == ("failed", "unreachable")
    assert Receiver().take_all() == []
    assert cursors.behind(hook, limit=1000) == 2

    hooks.resume(hook=hook, by=ada)
    assert bodies(Receiver().take_all()) == ["one", "two"]


def test_an_owner_may_leave_out_what_was_missed(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook = hook_out(room, ada, "posted", "changed")
    [one, _] = say(ada, room, "one", "two")
    ask(room, (ada, Edit(seq=one.seq, body="one, or so")))
    fail_once(gone=True)
    assert HookOut.objects.get().stop == "gone"
    hooks.skip(hook=hook, by=ada)
    assert Receiver().take_all() == []
    say(ada, room, "three")
    assert bodies(Receiver().take_all()) == ["three"]


def test_what_happens_in_a_pause_is_sent_after_it(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook = hook_out(room, ada)
    hooks.pause(hook=hook, by=ada)
    say(ada, room, "one")
    assert Receiver().take_all() == []
    hooks.resume(hook=hook, by=ada)
    assert bodies(Receiver().take_all()) == ["one"]


def test_a_pause_ends_the_lease_of_a_worker_that_sends(ada_and_room: tuple[User, Room]) -> None:
    ada, room = ada_and_room
    hook = hook_out(room, ada)
    say(ada, room, "one", "two")
    taken = take()
    assert taken is not None
    delivery = cursors.following(taken)
    hooks.pause(hook=hook, by=ada)
    assert cursors.following(taken, accepted=delivery) is None
    assert HookOut.objects.get().stop == "paused"


def test_pauses_grow_and_a_receiver_may_ask_for_one(ada_and_room: tuple[User, Room]) -> None:
    assert timedelta(seconds=4) <= cursors._pause(1) <= timedelta(seconds=6)
    assert timedelta(minutes=8) <= cursors._pause(40) <= timedelta(minutes=12)
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "one")
    fail_once(wait=timedelta(days=1))
    hook = HookOut.objects.annotate(now=Now()).get()
    assert hook.due_at - hook.now <= cursors.LONGEST_ASKED


@pytest.mark.parametrize("who", ["bot", "owner"])
def test_nothing_is_sent_for_a_bot_that_may_not_be_there(
    ada_and_room: tuple[User, Room], who: str
) -> None:
    ada, room = ada_and_room
    bob = come_in("Bob", room)
    register(bob)
    roles.make_moderator(room=room, by=ada, user=bob)
    hook = hook_out(room, bob)
    say(ada, room, "one")
    gone = bob if who == "owner" else hook.bot.user
    sanctions.ban(room=room, by=ada, user=gone, reason="")
    assert Receiver().take_all() == []
    assert HookOut.objects.get().stop == "shut_out"


def test_what_was_said_before_a_room_closed_is_told_to_the_end(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    hook_out(room, ada)
    say(ada, room, "last words")
    rooms.close(room=room, reason="")
    assert bodies(Receiver().take_all()) == ["last words"]


def test_newcomers_rights_are_the_hook_s_in_a_room_that_hides_what_was_before(
    ada_and_room: tuple[User, Room],
) -> None:
    ada, room = ada_and_room
    [old] = say(ada, room, "before")
    change_settings(room, ada, history_open=False)
    hook_out(room, ada, "posted", "changed")
    ask(room, (ada, Edit(seq=old.seq, body="still before")))
    say(ada, room, "after")
    assert bodies(Receiver().take_all()) == ["after"]
