import pytest
from django.test import Client, override_settings

from chatsite.server import lifecycle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@override_settings(ALLOWED_HOSTS=["chat.example"])
def test_probes_come_with_any_host(path: str) -> None:
    answer = Client().get(path, headers={"host": "10.1.2.3"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_draining_worker_is_alive_and_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle.draining, "reason", "SIGTERM")
    assert Client().get("/healthz").status_code == 200
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "failing": {"draining": "SIGTERM"}}


def test_metrics_are_named_as_documented() -> None:
    text = Client().get("/metrics").content.decode()
    for name in (
        "chat_sockets",
        "chat_posts_total",
        "chat_commit_seconds",
        "chat_gap_repairs_total",
    ):
        assert f"# TYPE {name.removesuffix('_total')}" in text


def test_probes_are_for_reading() -> None:
    assert Client().post("/healthz").status_code == 405
