"""Files: sent in pieces, posted, read by who may read their message, gone with it."""

import errno
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils import timezone

from history import storage
from history.log import edits
from history.log import files as log_files
from history.models import File, Message, Piece, Revision
from history.search import index
from rooms.actions import messages, performing, retention, uploads
from rooms.commands import Delete, Edit
from rooms.models import Membership, Room, User
from tests.http.conftest import NewPerson, Person, remove
from tests.http.sending import PIECE, begin, metadata, piece, post, send
from tests.support import images

# Posts with files take the batches' own transactions.
pytestmark = pytest.mark.django_db(transaction=True)

KIB = 1024


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


async def _all(parts: Any) -> bytes:
    return b"".join([part async for part in parts])


def fetched(by: Person, url: str, **headers: str) -> tuple[int, bytes]:
    answer = by.client.get(url, headers=headers)
    if not answer.streaming:
        return answer.status_code, answer.content
    parts = answer.streaming_content
    return answer.status_code, async_to_sync(_all)(parts)


def test_a_file_arrives_in_pieces_and_is_whole(ada: Person, room: Room) -> None:
    data = bytes(range(256)) * 600  # 150 KiB
    begun = begin(ada, room, len(data))
    assert begun.status_code == 201
    url = begun.headers["Location"]
    assert begun.headers["Upload-Offset"] == "0"
    first = piece(ada, url, 0, data[: 64 * KIB])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(64 * KIB))
    asked = ada.client.head(url)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (
        str(64 * KIB),
        str(len(data)),
    )
    assert piece(ada, url, 0, data[: 64 * KIB]).status_code == 409
    assert piece(ada, url, 64 * KIB, data[64 * KIB :]).status_code == 204
    state = ada.get(url).json()
    assert (state["state"], state["size"], state["name"]) == ("ready", len(data), "notes.bin")
    row = File.objects.get()
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert not Piece.objects.exists()
    assert fetched(ada, f"{url}notes.bin") == (200, data)


def test_a_file_is_posted_once_and_read_by_the_room(ada: Person, ben: Person, room: Room) -> None:
    data = b"what was measured" * 10
    file_id = send(ada, room, data, name="measured.txt", kind="text/plain")
    url = f"/files/{file_id}/measured.txt"
    assert fetched(ben, url)[0] == 404, "nobody's but its sender's until it is posted"
    assert post(ada, room, file_id, body="look").seq
    assert fetched(ben, url) == (200, data)
    message = Message.objects.get(client_id="m1")
    assert message.files == [
        {"id": file_id, "name": "measured.txt", "type": "text/plain", "size": len(data)}
    ]
    assert "measured" in message.words
    again = post(ada, room, file_id, client_id="m2")
    assert again.code == "no_file"
    assert post(ada, room, file_id, body="look").seq == message.seq, (
        "sent again, it is the same message"
    )


def held(file_id: str) -> bool:
    """Whether any bytes of a file are in the storage."""
    folder = storage.path(file_id, "whole").parent
    return folder.exists() and any(folder.iterdir())


@pytest.fixture
def posted(ada: Person, room: Room) -> str:
    """The address of a file that Ada has posted."""
    file_id = send(ada, room, b"plan" * 10, name="plan.txt", kind="text/plain")
    assert post(ada, room, file_id).seq
    return f"/files/{file_id}/plan.txt"


def command(by: Person, room: Room, asked: Any) -> Any:
    order = performing.Asked(
        stream_id=room.stream_id, room_id=room.pk, author_id=by.user.pk, command=asked
    )
    (outcome,), _ = performing.perform([order])
    return outcome


def seq_of(room: Room) -> int:
    return Message.objects.get(stream=room.stream_id, kind="chat").seq


def test_what_its_author_deletes_is_gone_with_its_files(
    ada: Person, ben: Person, room: Room, posted: str
) -> None:
    command(ada, room, Delete(seq=seq_of(room)))
    assert [fetched(who, posted)[0] for who in (ada, ben)] == [404, 404]
    message = Message.objects.get(kind="chat")
    assert (message.files, message.words) == (None, "")
    assert log_files.sweep() == 1
    assert not File.objects.exists()
    assert not held(posted.split("/")[2])


def test_what_a_moderator_removes_comes_back_with_its_files(
    ada: Person, ben: Person, room: Room
) -> None:
    file_id = send(ben, room, b"x" * 9, name="a.bin")
    post(ben, room, file_id)
    url = f"/files/{file_id}/a.bin"
    message = Message.objects.get(kind="chat")
    messages.delete(message=message, by=ada.user)
    assert fetched(ben, url)[0] == 404
    log_files.sweep()
    assert messages.restore(room=room, seq=message.seq)
    assert fetched(ben, url) == (200, b"x" * 9)
    message.refresh_from_db()
    assert [file["name"] for file in message.files] == ["a.bin"]
    messages.delete(message=message, by=ada.user)
    Revision.objects.update(at=Now() - edits.KEPT_REMOVED - timedelta(minutes=1))
    edits.purge()
    assert log_files.sweep() == 1
    assert not held(file_id)


def test_who_comes_later_sees_no_files_of_before(
    person: NewPerson, ada: Person, room: Room, posted: str
) -> None:
    eve = person("Eve")
    assert fetched(eve, posted)[0] == 404
    Room.objects.update(history_open=False)
    eve.come_in(room)
    assert fetched(eve, posted)[0] == 404
    assert eve.get(f"/rooms/{room.code}/files/").json() == {"files": [], "older": False}


def test_who_was_removed_sees_no_file_any_more(
    ada: Person, ben: Person, room: Room, posted: str
) -> None:
    assert fetched(ben, posted)[0] == 200
    remove(ben, room)
    assert fetched(ben, posted)[0] == 404
    assert begin(ben, room, 10).status_code == 404


def test_a_member_lists_the_rooms_files_newest_first(ada: Person, ben: Person, room: Room) -> None:
    for number in range(3):
        file_id = send(ada, room, b"%d" % number, name=f"{number}.bin", client_id=f"f{number}")
        post(ada, room, file_id, client_id=f"m{number}")
    listed = ben.get(f"/rooms/{room.code}/files/").json()
    assert [file["name"] for file in listed["files"]] == ["2.bin", "1.bin", "0.bin"]
    assert listed["files"][0]["author"]["name"] == "Ada"
    before = listed["files"][1]["seq"]
    older = ben.get(f"/rooms/{room.code}/files/?before={before}").json()
    assert [file["name"] for file in older["files"]] == ["0.bin"]


def test_a_download_does_nothing_in_a_browser(ada: Person, room: Room) -> None:
    page = b"<script>alert(1)</script>"
    file_id = send(ada, room, page, name="page.html", kind="text/html")
    answer = ada.get(f"/files/{file_id}/page.html")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert ada.get(f"/files/{file_id}/other.html").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=8-", 206, b"89"),
        ("bytes=-2", 206, b"89"),
        ("bytes=4-400", 206, b"456789"),
        ("bytes=10-", 416, b""),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_a_part_of_a_file_is_sent(
    ada: Person, room: Room, asked: str, status: int, expected: bytes
) -> None:
    file_id = send(ada, room, b"0123456789", name="ten.bin")
    assert fetched(ada, f"/files/{file_id}/ten.bin", Range=asked) == (status, expected)


def test_a_file_that_is_known_is_not_sent_again(ada: Person, room: Room) -> None:
    file_id = send(ada, room, b"0123456789", name="ten.bin")
    url = f"/files/{file_id}/ten.bin"
    etag = ada.get(url).headers["ETag"]
    assert fetched(ada, url, **{"If-None-Match": etag}) == (304, b"")
    stale = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert fetched(ada, url, **stale) == (200, b"0123456789")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fake\\a.png", "a.png"),
        ("photo\u202egpj.exe", "photo gpj.exe"),
        ('a<b>:"c".txt', "a_b___c_.txt"),
        ("  ..  ", "file"),
        ("", "file"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
        ("a\0b\n.txt", "a b .txt"),
    ],
)
def test_a_name_is_good_on_every_system(ada: Person, room: Room, typed: str, kept: str) -> None:
    assert begin(ada, room, 10, name=typed).json()["id"]
    assert File.objects.get().name == kept


def refusal(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_what_is_too_much_is_refused_with_a_reason(
    ada: Person, ben: Person, room: Room, settings: Any
) -> None:
    settings.CHAT_FILE_MAX = 1
    assert refusal(begin(ada, room, 2**20 + 1)) == (413, "too_big")
    assert refusal(begin(ada, room, 0)) == (422, "bad_file")
    settings.CHAT_FILES_PERSON = 2  # a guest has half of it
    assert begin(ada, room, 2**20).status_code == 201
    assert refusal(begin(ada, room, 1, client_id="two")) == (413, "too_big")
    settings.CHAT_FILES_ROOM = 1
    assert refusal(begin(ben, room, 1)) == (413, "too_big")
    settings.CHAT_FILES_ROOM, settings.CHAT_FILES_SITE = 10, 1
    assert refusal(begin(ben, room, 1)) == (507, "no_room")
    settings.CHAT_FILES_SITE, settings.CHAT_FILES_FREE = 0, 10**9
    assert refusal(begin(ben, room, 1)) == (507, "no_room")
    settings.CHAT_FILE_MAX = 0
    assert refusal(begin(ben, room, 1)) == (422, "bad_file")


def test_what_is_under_way_is_bounded(ada: Person, room: Room) -> None:
    for number in range(uploads.UNDER_WAY):
        assert begin(ada, room, 10, client_id=f"{number}").status_code == 201
    answer = begin(ada, room, 10, client_id="one more")
    assert refusal(answer) == (429, "rate_limited")
    assert answer.headers["Retry-After"]


def test_who_is_muted_begins_no_file(ada: Person, ben: Person, room: Room) -> None:
    until = timezone.now() + timedelta(minutes=5)
    Membership.objects.filter(user=ben.user).update(muted_until=until)
    assert refusal(begin(ben, room, 10)) == (403, "muted")


def test_sent_again_a_file_goes_on_where_it_was(ada: Person, room: Room) -> None:
    data = bytes(200 * KIB)
    first = begin(ada, room, len(data))
    piece(ada, first.headers["Location"], 0, data[: 100 * KIB])
    again = begin(ada, room, len(data))
    assert (again.status_code, again.headers["Location"]) == (200, first.headers["Location"])
    assert again.headers["Upload-Offset"] == str(100 * KIB)
    assert File.objects.count() == 1


@pytest.mark.parametrize("size", [1, 64 * KIB - 1, 1024 * KIB + 1])
def test_a_piece_has_a_size_within_bounds(ada: Person, room: Room, size: int) -> None:
    url = begin(ada, room, 3 * 1024 * KIB).headers["Location"]
    assert refusal(piece(ada, url, 0, bytes(size))) == (400, "bad_frame")
    assert not Piece.objects.exists()


def test_a_file_that_is_given_up_leaves_nothing(ada: Person, room: Room) -> None:
    data = bytes(200 * KIB)
    url = begin(ada, room, len(data), first=data[: 100 * KIB]).headers["Location"]
    assert held(url.split("/")[2])
    assert ada.client.delete(url).status_code == 204
    assert piece(ada, url, 100 * KIB, data[100 * KIB :]).status_code == 404
    assert log_files.sweep() == 1
    assert not held(url.split("/")[2])
    assert begin(ada, room, 10).status_code == 201, "its name is free again"


def test_what_no_message_has_after_an_hour_is_swept(ada: Person, room: Room) -> None:
    file_id = send(ada, room, b"never posted")
    File.objects.update(heard_at=Now() - log_files.UNPOSTED + timedelta(minutes=1))
    assert log_files.sweep() == 0
    File.objects.update(heard_at=Now() - log_files.UNPOSTED - timedelta(minutes=1))
    assert log_files.sweep() == 1
    assert not held(file_id)
    assert post(ada, room, file_id).code == "no_file"


def test_nobody_posts_the_file_of_another_or_into_another_room(
    ada: Person, ben: Person, room: Room
) -> None:
    file_id = send(ada, room, b"mine")
    assert post(ben, room, file_id).code == "no_file"
    other = ada.create()
    ada.connect(other)
    assert post(ada, other, file_id).code == "no_file"
    whole = begin(ada, room, 100 * KIB, client_id="half").json()["id"]
    assert post(ada, room, whole).code == "no_file", "it is not here yet"
    assert post(ada, room, file_id, file_id.replace("f_", "f_0")[:34]).code == "no_file"
    assert post(ada, room, file_id).seq, "what was refused has bound nothing"


def test_a_full_disk_loses_nothing_that_was_there(
    ada: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(200 * KIB)
    url = begin(ada, room, len(data), first=data[: 100 * KIB]).headers["Location"]
    full = OSError(errno.ENOSPC, "No space left on device")

    def no_space(*args: Any, **kwargs: Any) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(storage.DurableStorage, "_save", no_space)
        assert refusal(piece(ada, url, 100 * KIB, data[100 * KIB :])) == (507, "no_room")
    assert ada.client.head(url).headers["Upload-Offset"] == str(100 * KIB)
    assert piece(ada, url, 100 * KIB, data[100 * KIB :]).status_code == 204
    assert ada.get(url).json()["state"] == "ready"


def test_a_message_with_files_needs_no_text_and_keeps_them_when_edited(
    ada: Person, room: Room, posted: str
) -> None:
    seq = seq_of(room)
    assert command(ada, room, Edit(seq=seq, body="the plan")).changed
    message = Message.objects.get(kind="chat")
    assert (message.body, message.file_names) == ("the plan", ["plan.txt"])
    assert command(ada, room, Edit(seq=seq, body="")).changed
    index.catch_up()
    message.refresh_from_db()
    assert (message.body, message.plain) == ("", "plan.txt")
    assert " plan " in f" {message.words} ", "it is found by the name of its file"
    ada.say(room, "words alone")
    other = Message.objects.get(body="words alone").seq
    assert command(ada, room, Edit(seq=other, body=" ")).code == "empty"


def test_staff_see_what_was_reported_also_when_it_is_removed(
    ada: Person, ben: Person, room: Room, posted: str
) -> None:
    boss = Person("Boss")
    account = User.objects.create_superuser(username="boss", password="x", display_name="Boss")
    boss.client.force_login(account)
    assert fetched(boss, posted)[0] == 200
    message = Message.objects.get(kind="chat")
    page = boss.get(f"/admin/history/message/{message.pk}/change/")
    assert posted in page.content.decode()
    messages.delete(message=message, by=account)
    assert fetched(boss, posted)[0] == 200
    assert fetched(ben, posted)[0] == 404
    User.objects.filter(pk=account.pk).update(is_superuser=False)
    assert fetched(boss, posted)[0] == 404


def test_a_deleted_account_takes_its_files_along(ben: Person, room: Room) -> None:
    file_id = send(ben, room, b"of a guest", name="a.txt")
    post(ben, room, file_id)
    waiting = send(ben, room, b"never posted", client_id="two")
    ben.post("/account/delete/", texts="erase", sure="on")
    assert log_files.sweep() == 2
    assert not held(file_id)
    assert not held(waiting)


def test_a_room_that_keeps_messages_for_days_keeps_files_as_long(
    ada: Person, room: Room, posted: str
) -> None:
    Room.objects.update(retention_days=1)
    Message.objects.update(at=Now() - timedelta(days=2))
    retention.sweep(0)
    assert log_files.sweep() == 1
    assert not held(posted.split("/")[2])


def test_metadata_is_held_to_its_form(ada: Person, room: Room) -> None:
    def ask(**headers: str) -> HttpResponse:
        told = {"Accept": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return ada.client.post(
            f"/rooms/{room.code}/files/", content_type="application/octet-stream", headers=told
        )

    good = metadata(filename="a", id="1")
    for wrong in (
        {"Upload_Length": "10", "Upload_Metadata": "filename ***"},
        {"Upload_Length": "10", "Upload_Metadata": metadata(filename="a")},
        {"Upload_Length": "10", "Upload_Metadata": metadata(filename="a", id="x" * 65)},
        {"Upload_Length": "-1", "Upload_Metadata": good},
        {"Upload_Length": "ten", "Upload_Metadata": good},
        {"Upload_Metadata": good},
        {"Upload_Length": "10", "Upload_Metadata": "x" * 9000},
    ):
        assert refusal(ask(**wrong)) == (400, "bad_frame"), wrong
    url = begin(ada, room, 10).headers["Location"]
    answer = ada.client.patch(
        url,
        data=b"0123456789",
        content_type=PIECE,
        headers={"Upload-Offset": "x", "Accept": "application/json"},
    )
    assert refusal(answer) == (400, "bad_frame")
    assert not Piece.objects.exists()


def test_an_image_is_shown_as_the_site_has_made_it(ada: Person, ben: Person, room: Room) -> None:
    photo = images.encoded(images.quarters(3000, 2000), "JPEG")
    file_id = send(ada, room, photo, name="me.jpg", kind="application/octet-stream")
    assert post(ada, room, file_id).seq
    (file,) = Message.objects.get(kind="chat").files
    assert file == {
        "id": file_id,
        "name": "me.jpg",
        "type": "image/jpeg",
        "size": len(photo),
        "width": 3000,
        "height": 2000,
        "thumb": {"width": 840, "height": 560},
    }
    for part, size in (("thumb", (840, 560)), ("view", (2560, 1707))):
        answer = ben.get(f"/files/{file_id}/{part}/")
        assert answer.headers["Content-Type"] == "image/webp"
        shown = images.opened(fetched(ben, f"/files/{file_id}/{part}/")[1])
        assert (shown.format, shown.size) == ("WEBP", size)
        assert not shown.getexif()
    assert fetched(ben, f"/files/{file_id}/me.jpg") == (200, photo), "as it was sent, to download"


def test_what_calls_itself_an_image_and_is_none_is_a_download(ada: Person, room: Room) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    file_id = send(ada, room, script, name="logo.svg", kind="image/svg+xml")
    post(ada, room, file_id)
    (file,) = Message.objects.get(kind="chat").files
    assert "thumb" not in file
    assert ada.get(f"/files/{file_id}/thumb/").status_code == 404
    answer = ada.get(f"/files/{file_id}/logo.svg")
    assert answer.headers["Content-Type"] == "application/octet-stream"
