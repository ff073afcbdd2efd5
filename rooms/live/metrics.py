"""A worker's metrics, which /metrics gives out. Names follow Prometheus's conventions."""

from prometheus_client import Counter, Gauge, Histogram

from rooms.outbound.outcomes import requests as outbound_requests  # noqa: F401
from rooms.refusal_counts import refusals  # noqa: F401

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

sockets = Gauge("chat_sockets", "Open sockets of this worker")
people = Gauge("chat_people", "People connected through this worker, each counted once a room")
rooms = Gauge("chat_rooms", "Rooms with a socket on this worker")
posts = Counter("chat_posts", "Messages committed by this worker")
posts_refused = Counter("chat_posts_refused", "Messages refused", ["code"])
post_batch = Histogram(
    "chat_post_batch_size",
    "Messages in one transaction",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
)
commit_seconds = Histogram("chat_commit_seconds", "Time of one transaction of posts", buckets=_FAST)
fan_out_seconds = Histogram(
    "chat_post_to_fan_out_seconds", "From a post's arrival to its last socket here", buckets=_FAST
)
deliveries = Counter("chat_deliveries", "Frames of changes written to sockets")
gap_repairs = Counter("chat_gap_repairs", "Times changes were read from the log after a gap")
head_poll_finds = Counter(
    "chat_head_poll_finds", "Rooms whose doorbell was lost, found by the poll of heads"
)
resumes = Counter("chat_resumes", "Sockets that came back and were told what they missed")
resets = Counter("chat_resets", "Sockets that were given the newest page")
bad_frames = Counter("chat_bad_frames", "Frames refused as not understood")
channel_layer_up = Gauge("chat_channel_layer_up", "1 while the last doorbell could be rung")
database_up = Gauge("chat_database_up", "1 while the lease could be renewed last")
database_failures = Counter(
    "chat_database_failures", "Things that failed because the database was away or read only"
)
doorbells_lost = Counter("chat_doorbells_lost", "Doorbells that could not be rung")
doorbells_foreign = Counter("chat_doorbells_foreign", "Doorbells of another site on the same Redis")
doorbells_unread = Counter(
    "chat_doorbells_unread", "Doorbells that could not be read: of another key, or of no worker"
)
files_deleted = Counter("chat_files_deleted", "Files whose bytes were deleted by this worker")
pushes = Counter("chat_pushes", "Notifications handed to push services, or not", ["result"])
push_seconds = Histogram(
    "chat_push_seconds",
    "From a message to the moment its push service has a notification of it",
    buckets=(0.5, 1, 2, 5, 10, 20, 60, 300, 1800),
)
hook_deliveries = Counter(
    "chat_hook_deliveries", "Changes sent to the receivers of hooks, or not", ["result"]
)
hook_posts = Counter("chat_hook_posts", "Posts of programs to hooks", ["result"])
