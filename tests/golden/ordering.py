"""What those in charge do to people, and how it is undone."""

from tests.golden.people import Person
from tests.golden.scenarios import scenario
from tests.golden.stage import Stage


@scenario
async def mute(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("la la la"))
    muting = ada.judges("mute", bob, minutes="10", reason="shouting")
    await stage.step("Ada mutes Bob", muting)
    await stage.step("Bob says something", bob.posts("but"))
    await stage.step("Bob edits something", bob.does("edit", seq=4, body="la"))
    await stage.step("Bob likes something", bob.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Bob deletes what he said", bob.does("delete", seq=4))
    await stage.step("Ada lets Bob speak", ada.judges("unmute", bob, reason="quiet now"))
    await stage.step("and does it again", ada.judges("unmute", bob))
    await stage.step("Bob says something", bob.posts("thanks"))
    await stage.step("Ada mutes Bob for a day", ada.judges("mute", bob, minutes="1440"))
    await stage.step("Ada takes that back", ada.undoes())
    await stage.step("Ada takes that back again", ada.undoes())
    await stage.step("Eve mutes Bob, who may not", eve.judges("mute", bob))


@scenario
async def remove(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    removing = ada.judges("remove", bob, reason="off topic")
    await stage.step("Ada removes Bob", removing, ends=[bob])
    await stage.step("Bob tries his socket", bob.come())
    await stage.step("and removes him again", ada.judges("remove", bob))
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes in", bob.come())
    await stage.step("Ada makes Bob a moderator", ada.judges("moderator", bob))
    await stage.step("Ada removes Bob", ada.judges("remove", bob), ends=[bob])
    await stage.step("Ada takes that back", ada.undoes())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes in as what he was", bob.come())


@scenario
async def ban(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada bans Bob", ada.judges("ban", bob, reason="spam"), ends=[bob])
    await stage.step("Bob tries his socket", bob.come())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Ada bans Bob again", ada.judges("ban", bob))
    zoe = stage.person("Zoe")
    await stage.step("somebody of the same network types the code", zoe.enters())
    await stage.step("Ada lifts the ban", ada.judges("unban", bob, reason="he is sorry"))
    await stage.step("and lifts it again", ada.judges("unban", bob))
    await stage.step("somebody of the same network types the code", zoe.enters())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes in", bob.come())


@scenario
async def ban_of_a_person_only(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    banning = ada.judges("ban", bob, person_only="on")
    await stage.step("Ada bans Bob, not his network", banning, ends=[bob])
    zoe = stage.person("Zoe")
    await stage.step("somebody of the same network types the code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come())
    twin = stage.person("Somebody else")
    twin.http.cookies.set("device", bob.http.cookies["device"])
    await stage.step("somebody of the same browser types the code", twin.enters())
    await stage.step("Ada takes the ban back", ada.undoes())
    await stage.step("Ada takes the ban back again", ada.undoes())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes in", bob.come())


@scenario
async def clear(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("one"))
    await stage.step("Bob says something", bob.posts("two **two** @Eve"))
    await stage.step("Eve answers", eve.posts("stop", reply_to=4))
    clearing = ada.judges("clear", bob, minutes="10", reason="spam")
    await stage.step("Ada removes what Bob said", clearing)
    await stage.step("and removes it again", ada.judges("clear", bob, minutes="10"))
    await stage.step("Ada takes that back", ada.undoes())
    await stage.step("and takes it back again", ada.undoes())


@scenario
async def moderators(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada makes Bob a moderator", ada.judges("moderator", bob, reason="help"))
    await stage.step("and does it again", ada.judges("moderator", bob))
    await stage.step("Bob makes Eve one, who may not", bob.judges("moderator", eve))
    await stage.step("Bob mutes Ada, who is above him", bob.judges("mute", ada))
    await stage.step("Ada makes Eve a moderator", ada.judges("moderator", eve))
    await stage.step("Bob removes Eve, who is beside him", bob.judges("remove", eve))
    await stage.step("Ada takes Eve's office back", ada.judges("member", eve, reason="enough"))
    await stage.step("Ada mutes Eve", ada.judges("mute", eve, minutes="60"))
    await stage.step("Bob takes that back, who may not", bob.undoes())
    await stage.step("Bob lets Eve speak, who may not", bob.judges("unmute", eve))
    await stage.step("Ada gives an order about herself", ada.judges("mute", ada))


@scenario
async def hand_over(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob takes the room, who may not", bob.judges("owner", bob))
    await stage.step("Ada hands the room over", ada.judges("owner", bob, reason="holidays"))
    await stage.step("Ada hands it to Eve, too late", ada.judges("owner", eve))
    await stage.step("Bob takes Ada's office back", bob.judges("member", ada))


@scenario
async def succession(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    """The owner is away for so long that the next in line runs the room."""
    await stage.step("Ada makes Eve a moderator", ada.judges("moderator", eve))
    await stage.step("Ada leaves", ada.does("leave"), ends=[ada])
    stage.site.execute(
        "UPDATE rooms_membership SET left_at = %s WHERE id = (SELECT rooms_membership.id FROM "
        "rooms_membership JOIN rooms_user ON user_id = rooms_user.id WHERE public_id = %s)",
        ["2020-01-01 00:00:00+00:00", ada.id],
    )
    await stage.step("a day goes by", stage.upkeep("roles.find_heirs()"), until=(bob, "events"))
    await stage.step("Ada types the code", ada.enters())
    await stage.step("Ada comes back", ada.come())
