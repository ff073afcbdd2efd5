"""For load balancers and for watching: is it alive, should it get traffic, what is it doing."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from chatsite.lifecycle import draining, stats
from rooms.live import worker

_slow = Gauge("chat_slow_readers_cut", "Sockets cut for being too far behind, since the start")
_slow.set_function(lambda: stats.slow_readers_cut)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this worker should get traffic; else 503 with the parts that fail.

    A worker that cannot reach the channel layer serves its rooms all the same, through the log and
    up to a second later; others that can reach it are the better choice.
    """
    failing: dict[str, str] = {}
    if draining:
        failing["draining"] = draining.reason
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        failing["database"] = "no answer"
    live = worker.of_this_process()
    if live is not None and not live.hub.bell.up:
        failing["channel_layer"] = "no answer"
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
