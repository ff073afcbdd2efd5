"""The check that all workers have the same files."""

import socket
from typing import Any

import pytest
from django.core.checks import CheckMessage

from chatsite import filestore
from history import storage
from rooms import presence
from rooms.file_checks import check_shared

pytestmark = pytest.mark.django_db


def found() -> list[CheckMessage]:
    return check_shared(databases=["default"])


def test_a_worker_whose_files_are_elsewhere_is_named(settings: Any) -> None:
    presence.register(boot_id="one", host="web1", pid=1)
    storage.note_host("web1")
    assert found() == []
    presence.register(boot_id="two", host="web2", pid=1)
    (error,) = found()
    assert error.id == "rooms.E001"
    assert "web2" in error.msg
    assert "web1" not in error.msg
    presence.register(boot_id="own", host=socket.gethostname(), pid=1)
    assert len(found()) == 1, "its own workers are on this machine, wherever their files were"
    storage.note_host("web2")
    assert found() == [], "it has left word in the same folder"


def test_a_store_is_the_same_for_all(settings: Any) -> None:
    presence.register(boot_id="one", host="far", pid=1)
    assert found()
    store = filestore.storage("s3://bucket?endpoint=http://127.0.0.1:9", settings.DATA_DIR)
    settings.STORAGES = settings.STORAGES | {"files": store}
    assert found() == []


def test_a_site_that_takes_no_files_needs_none(settings: Any) -> None:
    presence.register(boot_id="one", host="far", pid=1)
    settings.CHAT_FILE_MAX = 0
    assert found() == []


@pytest.mark.parametrize(
    "text",
    [
        "bucket",
        "http://bucket",
        "s3://",
        "s3://key:secret@bucket",
        "s3://b?acl=x",
        "s3://b?endpoint=x",
    ],
)
def test_what_names_no_store_is_refused(text: str, settings: Any) -> None:
    with pytest.raises(ValueError, match=r"must be like|takes endpoint|has an endpoint"):
        filestore.storage(text, settings.DATA_DIR)
