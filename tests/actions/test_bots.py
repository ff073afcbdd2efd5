"""A bot may do what its owner may do as a member, for as long as the owner may."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from rooms import access, bot_keys
from rooms.actions import (
    accounts,
    bots,
    deletion,
    leaving,
    people,
    roles,
    rooms,
    sanctions,
    site_bans,
)
from rooms.actions.bots import Made
from rooms.errors import BadName, ChatError, Forbidden, NameTaken, NotMember, Removed, SignedOut
from rooms.models import Bot, Deed, Membership, Room, User
from rooms.refusals.bots import BotsNeedAccounts, NoSuchBot, TooManyBots
from tests.actions.factories import (
    come_in,
    connect,
    guest,
    last_notice,
    open_room,
    present,
    say,
    together,
    transcript,
)

pytestmark = pytest.mark.django_db
PASSWORD = "seven green lanterns"


def register(user: User) -> User:
    accounts.register(user=user, username=f"name-{user.pk}", password=PASSWORD)
    return user


def with_bot(name: str = "Builds") -> tuple[User, Room, Made]:
    ada, room = open_room("Ada")
    return ada, room, bots.make(room=room, by=register(ada), name=name)


def come(made: Made, room: Room) -> str:
    """Open a socket of the bot; its id. Raises the ChatError it is refused with."""
    return connect(made.bot.user, room, key=bot_keys.proof(made.key))


# Keys ---------------------------------------------------------------------------------------------


def test_a_key_has_a_shape_and_a_checksum_by_which_it_is_told_from_other_text() -> None:
    key = bot_keys.make()
    assert key.startswith("chatbot_")
    assert len(bot_keys.digest(key)) == 64
    last = "0" if key[-1] != "0" else "1"
    for other in ("", "chatbot_", key[:-1] + last, key + "0", " " + key, key.upper()):
        assert bot_keys.proof(other) == ""


def test_the_key_is_nowhere_in_the_database() -> None:
    _, _, made = with_bot()
    row = Bot.objects.values().get()
    assert row["key_digest"] == bot_keys.digest(made.key)
    assert not [value for value in row.values() if made.key in str(value)]
    assert made.key not in str(list(Deed.objects.values()))


def test_the_use_of_a_key_is_noted_once_an_hour() -> None:
    _, room, made = with_bot()
    come(made, room)
    first = Bot.objects.get().key_used_at
    assert first is not None
    come(made, room)
    assert Bot.objects.get().key_used_at == first
    Bot.objects.update(key_used_at=first - bots.NOTED_EVERY)
    come(made, room)
    assert Bot.objects.get().key_used_at >= first


def test_another_key_takes_the_place_of_the_one_before() -> None:
    ada, room, made = with_bot()
    come(made, room)
    room.stream.refresh_from_db()
    epoch = room.stream.epoch
    key = bots.renew_key(bot=made.bot, by=ada)
    room.stream.refresh_from_db()
    assert room.stream.epoch > epoch, "its sockets are checked again"
    assert access.living({bot_keys.proof(made.key), bot_keys.proof(key)}) == {bot_keys.proof(key)}
    with pytest.raises(SignedOut):
        come(made, room)
    come(Made(made.bot, key), room)


# Making -------------------------------------------------------------------------------------------


def test_the_room_is_told_of_a_bot_and_the_audit_log_too() -> None:
    ada, room, made = with_bot()
    assert last_notice(room) == "Ada added the bot Builds."
    deed = Deed.objects.get(verb="add bot")
    assert (deed.actor_id, deed.target_id) == (ada.public_id, made.bot.user.public_id)
    come(made, room)
    assert present(room) == {"Ada", "Builds"}


def test_who_makes_one_runs_the_room_and_has_an_account() -> None:
    ada, room = open_room("Ada")
    with pytest.raises(BotsNeedAccounts):
        bots.make(room=room, by=ada, name="Builds")
    bob = register(come_in("Bob", room))
    with pytest.raises(Forbidden):
        bots.make(room=room, by=bob, name="Builds")
    roles.make_moderator(room=room, by=ada, user=bob)
    assert bots.make(room=room, by=bob, name="Builds").bot.owner == bob


def test_a_room_has_five() -> None:
    ada, room, _ = with_bot("Bot 1")
    for number in range(2, 6):
        made = bots.make(room=room, by=ada, name=f"Bot {number}")
    with pytest.raises(TooManyBots):
        bots.make(room=room, by=ada, name="Bot 6")
    bots.retire(bot=made.bot, by=ada)
    bots.make(room=room, by=ada, name="Bot 6")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_not_one_too_many() -> None:
    ada, room, _ = with_bot("Bot 1")
    for number in range(2, 5):
        bots.make(room=room, by=ada, name=f"Bot {number}")
    outcomes = together(
        lambda: bots.make(room=room, by=ada, name="Bot 5"),
        lambda: bots.make(room=room, by=ada, name="Bot 6"),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Made", "TooManyBots"]
    assert bots.inside(room).count() == 5


def test_its_name_is_nobody_else_s_in_the_room_also_while_it_is_away() -> None:
    ada, room, _ = with_bot("Builds")
    with pytest.raises(NameTaken):
        bots.make(room=room, by=ada, name="Bui1ds")
    for taken in ("Builds", "BUILDS", "Вuilds"):
        with pytest.raises(NameTaken):
            rooms.join(user=guest(taken), code=room.code)
    registered = register(guest("Builds"))
    with pytest.raises(NameTaken):
        rooms.join(user=registered, code=room.code)
    bob = come_in("Bob", room)
    with pytest.raises(NameTaken):
        people.rename(user=bob, name="builds")


@pytest.mark.parametrize("name", ["Ada", "Adа", "Admin", "", "deleted person"])
def test_it_cannot_pass_for_a_person_nor_for_the_site(name: str) -> None:
    ada, room, _ = with_bot("Builds")
    with pytest.raises(BadName):
        bots.make(room=room, by=ada, name=name)


def test_it_keeps_away_from_the_name_of_an_account_that_is_away() -> None:
    ada, room, _ = with_bot("Builds")
    bob = register(come_in("Bob", room))
    Membership.objects.filter(user=bob).update(present=False, reserved_until=None)
    with pytest.raises(NameTaken):
        bots.make(room=room, by=ada, name="Bob")


# What it may --------------------------------------------------------------------------------------


def _owner_leaves(ada: User, bob: User, room: Room) -> None:
    leaving.leave(user=bob, room=room)


def _owner_is_removed(ada: User, bob: User, room: Room) -> None:
    sanctions.remove(room=room, by=ada, user=bob)


def _owner_is_banned(ada: User, bob: User, room: Room) -> None:
    sanctions.ban(room=room, by=ada, user=bob)


def _owner_is_banned_from_the_site(ada: User, bob: User, room: Room) -> None:
    site_bans.ban(user=bob)


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        (_owner_leaves, NotMember),
        (_owner_is_removed, Removed),
        (_owner_is_banned, Removed),
        (_owner_is_banned_from_the_site, Removed),
    ],
)
def test_when_its_owner_is_out_so_is_the_bot(
    end: Callable[[User, User, Room], None], refusal: type[ChatError]
) -> None:
    ada, room = open_room("Ada")
    bob = register(come_in("Bob", room))
    roles.make_moderator(room=room, by=ada, user=bob)
    made = bots.make(room=room, by=bob, name="Builds")
    come(made, room)
    room.stream.refresh_from_db()
    epoch = room.stream.epoch
    end(ada, bob, room)
    room.stream.refresh_from_db()
    assert room.stream.epoch > epoch
    with pytest.raises(refusal):
        come(made, room)
    membership = Membership.objects.select_related("room", "user").get(user=made.bot.user)
    with pytest.raises(refusal):
        access.check(membership)


def test_it_is_muted_while_its_owner_is() -> None:
    ada, room = open_room("Ada")
    bob = register(come_in("Bob", room))
    roles.make_moderator(room=room, by=ada, user=bob)
    made = bots.make(room=room, by=bob, name="Builds")
    roles.unmake_moderator(room=room, by=ada, user=bob)
    sanctions.mute(room=room, by=ada, user=bob, minutes=5, reason="shouting")
    membership = Membership.objects.select_related("room", "user").get(user=made.bot.user)
    with pytest.raises(ChatError, match="shouting") as refusal:
        access.require_voice(access.check(membership), now=timezone.now())
    assert refusal.value.code == "muted"


def test_it_is_made_neither_moderator_nor_owner() -> None:
    ada, room, made = with_bot()
    come(made, room)
    for verb in (roles.make_moderator, roles.hand_over):
        with pytest.raises(Forbidden):
            verb(room=room, by=ada, user=made.bot.user)
    leaving.leave(user=ada, room=room)
    assert Membership.objects.get(user=made.bot.user).role == "member"


def test_it_is_removed_and_banned_like_anybody() -> None:
    ada, room, made = with_bot()
    come(made, room)
    sanctions.ban(room=room, by=ada, user=made.bot.user, reason="noise")
    with pytest.raises(Removed):
        come(made, room)
    assert not bots.inside(room).exists()


def test_what_newcomers_do_not_see_it_does_not_see() -> None:
    ada, room = open_room("Ada")
    say(ada, room, "before")
    Room.objects.filter(pk=room.pk).update(history_open=False)
    room.refresh_from_db()
    made = bots.make(room=room, by=register(ada), name="Builds")
    room.stream.refresh_from_db()
    assert 0 < Membership.objects.get(user=made.bot.user).hidden_through < room.stream.head


# The end ------------------------------------------------------------------------------------------


def test_a_bot_that_is_retired_is_gone_and_what_it_said_stays() -> None:
    ada, room, made = with_bot()
    come(made, room)
    bots.retire(bot=made.bot, by=ada)
    assert transcript(room)[-2:] == [
        "4 leave Builds",
        "5 notice Ada: Ada removed the bot Builds.",
    ]
    with pytest.raises(SignedOut):
        come(made, room)
    with pytest.raises(NoSuchBot):
        bots.find(owner=ada, public_id=made.bot.user.public_id)
    rooms.join(user=guest("Builds"), code=room.code)


def test_nobody_finds_a_bot_of_somebody_else() -> None:
    _, room, made = with_bot()
    bob = register(come_in("Bob", room))
    with pytest.raises(NoSuchBot):
        bots.find(owner=bob, public_id=made.bot.user.public_id)


@pytest.mark.parametrize("erase", [True, False])
def test_bots_go_with_their_owner_s_account(erase: bool) -> None:
    ada, room, made = with_bot()
    come(made, room)
    come_in("Bob", room)
    deletion.delete_account(user=ada, erase=erase)
    assert not Bot.objects.exists()
    made.bot.user.refresh_from_db()
    assert made.bot.user.erased_at is not None
    assert not access.identify({bot_keys.proof(made.key)})
    assert "Builds" not in str([(row.author, row.text) for row in room.stream.messages.all()])
