"""A room's archive, brought back: with its files, or not at all."""

import hashlib
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as live
from django.core.management import CommandError, call_command

from history import storage
from history.export import unzipped
from history.models import File, Message, Stream
from rooms.actions import archived_files
from rooms.models import Membership, Room, User
from tests.http.conftest import Person
from tests.http.sending import PLAN, room_with_files
from tests.http.test_export_with_files import fetch
from tests.support import images

pytestmark = pytest.mark.django_db(transaction=True)

Members = dict[str, bytes]


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    return room_with_files(ada, ben)


@pytest.fixture
def members(ben: Person, room: Room) -> Members:
    """What the room's archive has."""
    path = f"/history/rooms/{room.public_id}/export/?format=zip"
    with ZipFile(io.BytesIO(fetch(ben, path))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    def packed(members: Members, **options: Any) -> Path:
        path = tmp_path / "room.zip"
        with ZipFile(path, "w", **options) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return packed


def imported(path: Path, *options: str) -> Room:
    before = set(Room.objects.values_list("pk", flat=True))
    call_command("importroom", str(path), *options, verbosity=0)
    return Room.objects.exclude(pk__in=before).get()


def kept_bytes() -> set[str]:
    """The files of which there are bytes in the storage."""
    root = Path(live.STORAGES["files"]["OPTIONS"]["location"])
    return {path.parent.name for path in root.glob("*/f_*/*")}


def test_a_room_comes_back_with_its_files(
    person: Any, room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    before = File.objects.filter(stream=room.stream_id).order_by("pk")
    User.objects.filter(display_name="Ada").update(username="ada", is_guest=False)
    again = imported(pack(members), "--owner", "ada")
    rows = File.objects.filter(stream=again.stream_id).order_by("pk")
    for old, new in zip(before, rows, strict=True):
        assert (old.name, old.type, old.size, old.sha256) == (
            new.name,
            new.type,
            new.size,
            new.sha256,
        )
        assert (old.seq, old.place, old.width, old.thumb_height) == (
            new.seq,
            new.place,
            new.width,
            new.thumb_height,
        )
        assert old.public_id != new.public_id
        assert new.author != old.author, "nobody here has sent it"
    message = Message.objects.get(stream=again.stream_id, body="look")
    assert [file["id"] for file in message.files] == [row.public_id for row in rows[:2]]
    assert message.author == rows[0].author
    assert " plan " in f" {message.words} ".replace("\n", " ").replace(".", " ")


def test_its_files_are_read_by_its_owner(
    ada: Person, room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    User.objects.filter(pk=ada.user.pk).update(username="ada", is_guest=False)
    again = imported(pack(members), "--owner", "ada")
    photo, plan, _ = File.objects.filter(stream=again.stream_id).order_by("pk")
    whole = b"".join(_sync(ada.get(f"/files/{plan.public_id}/plan.pdf")))
    assert hashlib.sha256(whole).digest() == hashlib.sha256(PLAN).digest()
    for part in ("thumb", "view"):
        shown = images.opened(b"".join(_sync(ada.get(f"/files/{photo.public_id}/{part}/"))))
        assert shown.format == "WEBP"


def _sync(answer: Any) -> list[bytes]:
    assert answer.status_code == 200

    async def parts() -> list[bytes]:
        return [part async for part in answer.streaming_content]

    return async_to_sync(parts)()


def test_images_are_made_again_and_not_taken(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    """Neither the thumbnail of the archive is, nor what its JSON says an image to be."""
    evil = images.encoded(images.quarters(8, 8), "WEBP")
    data = json.loads(members["room.json"])
    text = next(m for m in data["messages"] if m.get("files") and m["body"] == "")
    text["files"][0] |= {"type": "IMAGE/png; x", "thumb": {"width": 9, "height": 9}, "width": 9}
    members["room.json"] = json.dumps(data).encode()
    for name in [name for name in members if name.startswith("thumbs/")]:
        members[name] = evil
    again = imported(pack(members))
    photo, _, his = File.objects.filter(stream=again.stream_id).order_by("pk")
    assert (photo.thumb_width, photo.thumb_height) == (840, 560)
    assert storage.path(photo.public_id, storage.THUMB).read_bytes() != evil
    assert (his.type, his.width) == ("image/png", None)
    (file,) = Message.objects.get(stream=again.stream_id, seq=his.seq).files
    assert "thumb" not in file


def test_names_are_cleaned(room: Room, members: Members, pack: Callable[..., Path]) -> None:
    data = json.loads(members["room.json"])
    files = [file for m in data["messages"] for file in m.get("files", ())]
    files[2]["name"] = "../../\u202etxt.exe"
    members["room.json"] = json.dumps(data).encode()
    again = imported(pack(members))
    assert File.objects.filter(stream=again.stream_id).order_by("pk")[2].name == "txt.exe"


def test_a_file_that_is_missing_in_it_is_dropped(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    """It went while the archive was written. A message that had no more than it still says something."""
    kept = {name: data for name, data in members.items() if not name.endswith((".pdf", ".txt"))}
    again = imported(pack(kept))
    (photo,) = File.objects.filter(stream=again.stream_id)
    said = Message.objects.filter(stream=again.stream_id, kind="chat").order_by("seq")
    assert [(message.body, message.file_names) for message in said] == [
        ("look", [photo.name]),
        ("[b.txt]", []),
    ]


def test_plain_json_is_imported_without_files(room: Room, members: Members, tmp_path: Path) -> None:
    path = tmp_path / "room.json"
    path.write_bytes(members["room.json"])
    again = imported(path)
    said = Message.objects.filter(stream=again.stream_id, kind="chat").order_by("seq")
    assert [(m.body, m.files, m.words) for m in said][1] == ("[b.txt]", None, said[1].words)
    assert [m.body for m in said] == ["look", "[b.txt]"]
    assert not File.objects.filter(stream=again.stream_id).exists()


def test_an_archive_that_was_packed_again_is_taken(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    more = {"files/": b"", "__MACOSX/._room.json": b"x", "README": b"mine"}
    again = imported(pack(more | members, compression=ZIP_DEFLATED))
    assert File.objects.filter(stream=again.stream_id).count() == 3


def refused(path: Path) -> str:
    """Say why an archive is refused, of which nothing may stay."""

    def state() -> list[Any]:
        return [kind.objects.count() for kind in (Room, Stream, User, Message, Membership, File)]

    before, files = state(), kept_bytes()
    with pytest.raises(CommandError) as refusal:
        call_command("importroom", str(path), verbosity=0)
    assert state() == before
    assert kept_bytes() == files
    return str(refusal.value)


@pytest.mark.parametrize(
    "name", ["../evil", "files/../../evil", "/etc/passwd", "C:/evil", "files\\..\\evil"]
)
def test_a_name_that_leads_out_is_refused(
    room: Room, members: Members, pack: Callable[..., Path], name: str
) -> None:
    assert repr(name) in refused(pack(members | {name: b"x"}))


def edited(members: Members, change: Callable[[list[Any]], object]) -> Members:
    """Return an archive with other files of messages in its JSON."""
    data = json.loads(members["room.json"])
    change([message for message in data["messages"] if message.get("files")])
    return members | {"room.json": json.dumps(data).encode()}


CHANGES: list[tuple[Callable[[list[Any]], object], str]] = [
    (lambda m: m[0]["files"][1].update(size=5), "plan.pdf' has 600 bytes"),
    (lambda m: m[0]["files"][1].update(size=0), "files[1].size must be from 1"),
    (lambda m: m[0]["files"][1].update(id="../x"), "files[1].id must be like f_"),
    (lambda m: m[0]["files"][1].update(alt="x" * 1001), "files[1].alt must have"),
    (lambda m: m[0]["files"][1].update(name=None), "files[1].name must be text"),
    (lambda m: m[0]["files"].append(m[0]["files"][0]), "files[2].id is that of a file before"),
    (lambda m: m[1]["files"].append(m[0]["files"][0]), "files has a file of a message before"),
    (lambda m: m[0].update(files=m[0]["files"] * 6), "files must have 0 to 10"),
    (lambda m: m[0].update(files={}), "files must be an array"),
    (lambda m: m[0].update(deleted_at=m[0]["at"], body=""), "files can only be of messages"),
    (lambda m: m[0].update(kind="join", body=""), "files can only be of messages"),
    (lambda m: m[1].update(body=None), "body: Expected"),
]


def test_what_its_json_says_of_files_is_checked(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    for change, says in CHANGES:
        assert says in refused(pack(edited(members, change)))


def test_a_bomb_is_refused_before_it_is_unpacked(
    room: Room, members: Members, pack: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = members["room.json"].rstrip()[:-1] + b" " * (4 * 2**20) + b"}"
    packed = pack(members | {"room.json": bomb}, compression=ZIP_DEFLATED)
    assert "'room.json' is too large" in refused(packed)
    his = next(name for name in members if name.endswith("b.txt"))
    packed = pack(members | {his: bytes(8 * 2**20)}, compression=ZIP_DEFLATED)
    assert f"{his!r} has 8388608 bytes, and room.json says 6" in refused(packed)
    monkeypatch.setattr(unzipped, "MEMBERS_MAX", 3)
    assert "has more than 3 members" in refused(pack(members))


def test_a_member_that_lies_about_its_size_is_refused(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    """Both of its headers say the size that room.json says; its data goes on."""
    his = next(name for name in members if name.endswith("b.txt"))
    path = pack(members | {his: bytes(5000)}, compression=ZIP_DEFLATED)
    data = path.read_bytes()
    large, small = (5000).to_bytes(4, "little"), (6).to_bytes(4, "little")
    assert data.count(large) == 2
    path.write_bytes(data.replace(large, small))
    assert f"{his!r} is damaged" in refused(path)


def test_damage_is_refused_with_the_name_of_its_place(
    room: Room, members: Members, pack: Callable[..., Path]
) -> None:
    plan = next(name for name in members if name.endswith("plan.pdf"))
    path = pack(members)
    whole = path.read_bytes()
    at = whole.index(PLAN)
    path.write_bytes(whole[:at] + b"X" + whole[at + 1 :])
    assert f"{plan!r} is damaged" in refused(path), "the photo before it is gone again"
    path.write_bytes(whole[: len(whole) // 2])
    assert "is a damaged ZIP archive" in refused(path)
    assert "'room.json' is packed in a way" in refused(pack(members, compression=ZIP_BZIP2))
    assert "has no room.json" in refused(pack({plan: PLAN}))


def test_odd_members_are_refused(room: Room, members: Members, pack: Callable[..., Path]) -> None:
    plan = next(name for name in members if name.endswith("plan.pdf"))
    folder = plan.rpartition("/")[0]
    assert "is a second file in its folder" in refused(pack(members | {f"{folder}/other": b"x"}))
    path = pack(members)
    link = ZipInfo("files/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "'files/link' is a link" in refused(path)
    path = pack(members)
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(path, "a") as archive:
        archive.writestr(plan, PLAN)
    assert f"{plan!r} is there twice" in refused(path)


def test_files_are_held_to_the_sites_limits(
    room: Room, members: Members, pack: Callable[..., Path], settings: Any
) -> None:
    big = PLAN * (2**20 // len(PLAN) + 1)
    plan = next(name for name in members if name.endswith("plan.pdf"))
    path = pack(
        edited(members, lambda m: m[0]["files"][1].update(size=len(big))) | {plan: big},
    )
    settings.CHAT_FILE_MAX = 1
    assert "plan.pdf, is larger than CHAT_FILE_MAX, 1 MiB" in refused(path)
    settings.CHAT_FILE_MAX, settings.CHAT_FILES_ROOM = 25, 1
    assert "more than CHAT_FILES_ROOM, 1 MiB" in refused(path)
    settings.CHAT_FILES_ROOM, settings.CHAT_FILES_SITE = 100, 1
    assert "the site has more than CHAT_FILES_SITE" in refused(path)
    settings.CHAT_FILES_SITE, settings.CHAT_FILES_FREE = 0, 10**9
    assert "less of the disk than CHAT_FILES_FREE" in refused(path)


def test_what_fails_after_the_files_were_kept_takes_them_along(
    room: Room, members: Members, pack: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    hear = archived_files._hear

    def fails(stream: Stream) -> None:
        hear(stream)
        kept.append(len(kept_bytes()))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archived_files, "_hear", fails)
    before = len(kept_bytes())
    assert "No space left on device" in refused(pack(members))
    assert kept == [before + 3]
