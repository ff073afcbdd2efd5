"""What becomes of people and rooms on the whole site: names, accounts, staff, time."""

from tests.golden.people import Person, Staff
from tests.golden.scenarios import scenario
from tests.golden.stage import Stage


async def _staff(stage: Stage) -> Staff:
    staff = Staff(stage, "Boss", 0)
    stage.people.append(staff)
    return await staff.appointed()


@scenario
async def join(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe = stage.person("bob")
    await stage.step("somebody with Bob's name types the code", zoe.enters())
    zoe.name = zoe.label = "Zoe"
    await stage.step("Zoe tries a socket", zoe.come())
    await stage.step("Zoe types a code of no room", zoe.enters("ZZZZ"))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come())
    await stage.step("Zoe says something", zoe.posts("hello"))


@scenario
async def rename(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("hello @Eve"))
    await stage.step("Bob takes Eve's name", bob.sends("/account/name/", name="eve"))
    await stage.step("Bob is called Rob", bob.sends("/account/name/", name="Rob"))
    await stage.step("Rob says something", bob.posts("me again"))
    await stage.step("Ada speaks to Rob", ada.posts("@Rob and @Bob"))
    bob.name = "Robert"
    await stage.step("Rob types another name into the form", bob.enters())


@scenario
async def account(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob chooses a password", bob.registers(), ends=[bob], again=True)
    await stage.step("Bob comes back with another key", bob.come_back())
    await stage.step("Bob says something", bob.posts("still me"))
    await stage.step("Bob signs out", bob.sends("/account/logout/"), ends=[bob])
    await stage.step("Bob tries his socket", bob.come())


@scenario
async def merge(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    countess = stage.person("Countess")
    await countess.registers()
    await stage.step("Bob says something", bob.posts("said as a guest"))
    await stage.step("Bob likes it", bob.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Ada speaks to Bob", ada.posts("hello @Bob"))
    await stage.step("Ada makes Bob a moderator", ada.judges("moderator", bob))
    bringing = bob.signs_in(countess.username, bring="on")
    await stage.step("Bob signs in as the Countess", bringing, ends=[bob], again=True)
    bob.name = bob.label = "Countess"
    await stage.step("the Countess comes back", bob.come_back())
    await stage.step("the Countess says something", bob.posts("it is me"))


@scenario
async def merge_into_a_member(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Eve chooses a password", eve.registers(), ends=[eve], again=True)
    await stage.step("Eve comes back", eve.come_back())
    await stage.step("Bob says something", bob.posts("said as a guest"))
    await stage.step("Ada mutes Bob", ada.judges("mute", bob, minutes="10"))
    bringing = bob.signs_in(eve.username, bring="on")
    await stage.step("Bob signs in as Eve", bringing, ends=[bob], again=True)
    await stage.step("Eve says something", eve.posts("but"))


@scenario
async def deleted_account_keeping_texts(
    stage: Stage, ada: Person, bob: Person, eve: Person
) -> None:
    await stage.step("Bob says something", bob.posts("hello @Ada"))
    await stage.step("Ada answers", ada.posts("hello @Bob", reply_to=4))
    await stage.step("Ada mutes Bob", ada.judges("mute", bob, minutes="10", reason="Bob shouts"))
    deleting = bob.sends("/account/delete/", texts="keep", sure="on")
    await stage.step("Bob deletes his account", deleting, ends=[bob])


@scenario
async def deleted_account_with_texts(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada says something", ada.posts("hello @Bob"))
    await stage.step("Bob says something", bob.posts("better not said @Ada"))
    await stage.step("Bob likes something", bob.does("react", seq=4, emoji="👍", on=True))
    deleting = bob.sends("/account/delete/", texts="erase", sure="on")
    await stage.step("Bob deletes his account", deleting, ends=[bob])


@scenario
async def deleted_account_of_the_owner(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    deleting = ada.sends("/account/delete/", texts="keep", sure="on")
    await stage.step("Ada deletes her account", deleting, ends=[ada])


@scenario
async def site_ban(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    staff = await _staff(stage)
    await stage.step("Bob says something", bob.posts("spam"))
    row = f"rooms/user/{staff.key('rooms_user', public_id=bob.id)}"
    await stage.step("staff bans Bob", staff.acts(f"{row}/ban/"), ends=[bob])
    await stage.step("Bob tries his socket", bob.come())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("staff lifts the ban", staff.acts(f"{row}/unban/"))
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes in", bob.come())


@scenario
async def staff_in_a_room(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    staff = await _staff(stage)
    await stage.step("Bob says something", bob.posts("spam"))
    row = "history/message/" + str(
        stage.rows(
            "SELECT history_message.id FROM history_message JOIN rooms_room ON "
            "rooms_room.stream_id = history_message.stream_id WHERE public_id = %s AND seq = 4",
            [stage.room_id],
        )[0][0]
    )
    await stage.step("staff deletes it", staff.acts(f"{row}/delete/"))
    await stage.step("staff restores it", staff.acts(f"{row}/restore/"))
    user = staff.key("rooms_user", public_id=bob.id)
    member = f"rooms/membership/{staff.key('rooms_membership', user_id=user)}"
    await stage.step("staff bans Bob from the room", staff.acts(f"{member}/ban/"), ends=[bob])
    await stage.step("Ada lifts that, who may not", ada.judges("unban", bob))
    await stage.step("staff lifts the ban", staff.acts(f"{member}/unban/"))


@scenario
async def close(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    staff = await _staff(stage)
    row = f"rooms/room/{staff.key('rooms_room', public_id=stage.room_id)}"
    closing = staff.acts(f"{row}/close/", tell="on")
    await stage.step("staff closes the room", closing, ends=[ada, bob, eve])
    await stage.step("Bob tries his socket", bob.come())
    await stage.step("Bob types the code", bob.enters())


@scenario
async def retention(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    keeping = ada.orders(
        "settings/", title="", slow_mode="0", grace="3600", history_open="on", retention_days="7"
    )
    await stage.step("Bob says something", bob.posts("soon forgotten"))
    kept = await stage.step("Bob says something", bob.posts("held on to"))
    await stage.step("Ada pins it", ada.does("pin", seq=kept["seq"], on=True))
    await stage.step("Ada keeps messages for a week", keeping)
    stage.site.execute(
        "UPDATE history_message SET at = %s WHERE stream_id = "
        "(SELECT stream_id FROM rooms_room WHERE public_id = %s)",
        ["2020-01-01 00:00:00+00:00", stage.room_id],
    )
    await stage.step("years go by", stage.runs("retain", "--verbosity=0"), until=(bob, "events"))
