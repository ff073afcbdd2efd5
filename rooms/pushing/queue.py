"""The queue of notifications: what is due is handed out once, and comes back if nothing becomes of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from rooms.models import Membership, Push, PushedThrough, PushSubscription, SignIn

# What a worker has taken is due again after this time: longer than anything takes to be sent.
LEASE = timedelta(seconds=60)
# A room notifies a person once in this time.
PAUSE = timedelta(seconds=5)
# Tries after which a notification is given up.
TRIES = 8
# The longest time between two tries, whatever a push service asks for: by then nothing of it is news.
LONGEST = timedelta(days=1)
# A row with nothing due is kept for this time: its notification may still be on a screen.
KEPT = timedelta(days=1)

# What is asked about again, and sent: the rows are wide, and a time takes as long to read as all the rest.
_NEEDED = (
    *("to_me", "told_through", "told_at", "shown", "tries"),
    *(f"subscription__{name}" for name in ("endpoint", "p256dh", "auth", "origin", "created_at")),
    "subscription__sign_in__session_key",
    *(f"subscription__user__{name}" for name in ("is_active", "notifies_with_text")),
    *(f"membership__{name}" for name in ("user", "bell", "left_at", "removed_at", "banned_at")),
    *(
        f"membership__{name}"
        for name in ("hidden_through", "read_through", "present", "away_since")
    ),
    *(
        f"membership__room__{name}"
        for name in ("public_id", "code", "title", "stream", "closed_at")
    ),
    "membership__room__pushed__through",
)


def take(limit: int, *, only_to_me: bool = False, without: Collection[int] = ()) -> list[Push]:
    """Take what is due, what is to people first. What is taken is nobody else's until its lease ends.

    `without` has the keys of people whose notifications stay where they are. A row that was taken more
    than TRIES times without success is given up.
    """
    due = Push.objects.filter(due_at__lte=Now())
    if only_to_me:
        due = due.filter(to_me=True)
    if without:
        due = due.exclude(subscription__user__in=without)
    if not due.exists():  # on SQLite a transaction is in the way of posts
        return []
    with transaction.atomic():
        some = due.select_for_update(skip_locked=True, of=("self",))
        some = some.order_by("-to_me", "due_at", "pk")
        keys = [push.pk for push in some.only("pk")[:limit]]
        Push.objects.filter(pk__in=keys).update(due_at=Now() + LEASE, tries=F("tries") + 1)
    rows = Push.objects.select_related(
        "subscription__sign_in", "subscription__user", "membership__room__pushed"
    )
    taken = list(rows.only(*_NEEDED).filter(pk__in=keys).order_by("-to_me", "pk"))
    forget(push for push in taken if push.tries > TRIES)
    return [push for push in taken if push.tries <= TRIES]


def take_tests(limit: int) -> list[PushSubscription]:
    """Take the tests that people have asked for."""
    if not PushSubscription.objects.filter(test_due_at__lte=Now()).exists():
        return []
    with transaction.atomic():
        due = PushSubscription.objects.select_for_update(skip_locked=True).filter(
            test_due_at__lte=Now()
        )
        keys = [row.pk for row in due.order_by("test_due_at", "pk").only("pk")[:limit]]
        PushSubscription.objects.filter(pk__in=keys).update(test_due_at=Now() + LEASE)
    return list(PushSubscription.objects.filter(pk__in=keys).order_by("pk"))


def test_later(subscription: PushSubscription, wait: timedelta) -> None:
    """Take a test again after a while."""
    PushSubscription.objects.filter(pk=subscription.pk, test_due_at__isnull=False).update(
        test_due_at=Now() + wait
    )


def told(pushes: Collection[Push], *, through: int, shown: int | None) -> None:
    """Note that these were sent: up to which change of the room, and which message is shown.

    They are looked at again after the pause, for what was said meanwhile.
    """
    Push.objects.filter(pk__in=[push.pk for push in pushes]).update(
        told_through=through,
        shown=shown,
        told_at=Now(),
        to_me=False,
        tries=0,
        due_at=Now() + PAUSE,
    )


def later(pushes: Collection[Push], wait: timedelta) -> None:
    """Look at these again after a while, as if they had not been taken."""
    Push.objects.filter(pk__in=[push.pk for push in pushes], tries__gt=0).update(
        due_at=Now() + wait, tries=F("tries") - 1
    )


def failed(push: Push, wait: timedelta | None) -> None:
    """Note that a push service could not take one. After TRIES it is given up.

    `wait` is how long the push service asks for, if it does.
    """
    if push.tries >= TRIES:
        forget([push])
        return
    pause = wait or timedelta(seconds=2**push.tries)
    Push.objects.filter(pk=push.pk).update(due_at=Now() + min(pause, LONGEST))


def forget(pushes: Iterable[Push]) -> None:
    """Note that nothing of these is to be sent.

    Something may have been said since they were looked at: whoever found it has seen that they were due, and
    left them so. Then they still are.
    """
    rooms: dict[int, list[Push]] = defaultdict(list)
    for push in pushes:
        rooms[push.membership.room_id].append(push)
    for room_id, some in rooms.items():
        with transaction.atomic():
            marks = PushedThrough.objects.select_for_update().filter(pk=room_id)
            through = marks.values_list("through", flat=True).first() or 0
            done = [push.pk for push in some if looked_through(push) >= through]
            Push.objects.filter(pk__in=done).update(due_at=None, to_me=False, tries=0)
            later([push for push in some if push.pk not in done], timedelta())


def looked_through(push: Push) -> int:
    """Return how far the room had been looked at when a push was taken."""
    mark: Any = getattr(push.membership.room, "pushed", None)
    return mark.through if mark else 0


def ended(subscription: PushSubscription) -> None:
    """Forget a subscription that its push service knows no more."""
    PushSubscription.objects.filter(pk=subscription.pk).delete()


def tested(subscription: PushSubscription, result: str) -> None:
    """Note what became of a test."""
    PushSubscription.objects.filter(pk=subscription.pk).update(test_due_at=None, test_result=result)


def purge() -> None:
    """Drop what is needed no longer, and rows of sign-ins, memberships and subscriptions that are no more."""
    sign_ins = SignIn.objects.filter(pk=OuterRef("sign_in_id"))
    _drop(PushSubscription.objects.filter(~Exists(sign_ins)))
    memberships = Membership.objects.filter(pk=OuterRef("membership_id"))
    subscriptions = PushSubscription.objects.filter(pk=OuterRef("subscription_id"))
    old = Q(told_at__lt=Now() - KEPT) | Q(told_at__isnull=True)
    _drop(Push.objects.filter(~Exists(memberships) | ~Exists(subscriptions)))
    _drop(Push.objects.filter(old, due_at__isnull=True))


def _drop(rows: Any) -> None:
    keys: Sequence[int] = list(rows.values_list("pk", flat=True)[:1000])
    rows.model._default_manager.filter(pk__in=keys).delete()
