"""The facts of notices that were only sentences: the last time that any are looked for in text."""

import re
from collections import defaultdict
from datetime import timedelta
from itertools import product

from django.db import migrations
from django.db.models import Max

from history.log import triggers

# Messages looked at in one go.
_STEP = 5000
# A notice and its entry in the audit log are of one transaction.
_APART = timedelta(minutes=1)
_DELETED = "deleted person"
_COUNT = r"(?P<what>(?:1 message|\d+ messages))"
# By the verb in the audit log: the notice's, and its sentence as a pattern, without the end.
_SENTENCES = {
    "admit": ("admit", r"{by} let {about} in"),
    "ban": ("ban", r"{by} banned {about}"),
    "clear": ("clear", rf"{{by}} removed {_COUNT} of {{about}}"),
    "hand over": ("hand over", r"{by} handed this room over to {about}"),
    "member": ("member", r"{by} took {about}'s office back"),
    "moderator": ("moderator", r"{by} made {about} a moderator"),
    "mute": ("mute", r"{by} muted {about} for (?P<what>\d+ (?:day|hour|minute|second)s?)"),
    "new code": ("new code", r"{by} gave this room a new code\. The old one is dead"),
    "remove": ("remove", r"{by} removed {about}"),
    "settings": (
        "settings",
        r"{by} (?P<what>(?:named the room|took the room's title|locked the room|unlocked the room"
        r"|made newcomers|lets newcomers|limited the room|lifted the limit|turned on slow|turned slow"
        r"|made the empty|hid what|has messages|no longer has|set a passcode|took the passcode).*)",
    ),
    "succeed": (
        "succeed",
        r"(?P<owner>.+) is (?P<what>away for good|gone for good|gone): "
        r"{about} runs this room now",
    ),
    "undo ban": ("unban", r"{by} lifted the ban of {about}"),
    "undo clear": ("restore", rf"{{by}} restored {_COUNT} of {{about}}"),
    "undo remove": ("undo remove", r"{by} took the removal of {about} back"),
    "undo mute": ("unmute", r"{by} lets {about} speak again"),
}
_SENTENCES |= {"unban": _SENTENCES["undo ban"], "unmute": _SENTENCES["undo mute"]}
_SUCCEEDED = {
    "away for good": "succeed away",
    "gone for good": "succeed deleted",
    "gone": "succeed gone",
}
_SECONDS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
# Names had forty code points at the most.
_RENAMED = re.compile(r"(?P<was>.{1,40}?) is now called (?P<name>.{1,40})", re.DOTALL)


def derive(apps, schema_editor):
    """Find out the facts of old notices, some at a time.

    The audit log, to which entries are only ever added, tells who did what to whom: a notice is
    what one of its entries of that moment says, word for word. Where there is none (of rooms that
    came from a file), a notice is what its author or the site did, under the author's present name,
    to the one member who has the other name in it; else, if it has an author, it is of another name
    that they took. Anything else names nobody for certain, and keeps its sentence alone.
    """
    Message = apps.get_model("history", "Message")
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    for first in range(0, newest + 1, _STEP):
        some = Message.objects.filter(
            pk__gte=first, pk__lt=first + _STEP, kind="notice", facts__isnull=True
        ).exclude(body="")
        _derive(apps, some.order_by("pk"))


def _derive(apps, some):
    Message = apps.get_model("history", "Message")
    Room = apps.get_model("rooms", "Room")
    rows = list(
        some.values("pk", "stream_id", "at", "body", "author__public_id", "author__display_name")
    )
    rooms = Room.objects.filter(stream__in={row["stream_id"] for row in rows})
    rooms = dict(rooms.values_list("stream_id", "public_id"))
    entries = _entries(apps, rooms.values(), rows)
    used = set()
    for row in rows:
        room = rooms.get(row["stream_id"], "")
        near = [
            entry
            for entry in entries.get(room, ())
            if entry["pk"] not in used and abs(entry["at"] - row["at"]) <= _APART
        ]
        near.sort(key=lambda entry: (abs(entry["at"] - row["at"]), entry["pk"]))
        facts = None
        for entry in near:
            if facts := _told(apps, row, entry):
                used.add(entry["pk"])
                break
        if facts := facts or _read(apps, row) or _renamed(row):
            # The text is compared: workers of the release before may erase a name from it meanwhile.
            Message.objects.filter(pk=row["pk"], body=row["body"]).update(facts=facts)


def _entries(apps, rooms, rows):
    """The entries of the audit log that notices may be of, by room; guests are who they are now."""
    Deed = apps.get_model("rooms", "Deed")
    found = defaultdict(list)
    if not rows:
        return found
    times = [row["at"] for row in rows]
    entries = list(
        Deed.objects.filter(
            room_id__in=set(rooms),
            verb__in=_SENTENCES,
            at__range=(min(times) - _APART, max(times) + _APART),
        )
        .order_by("pk")
        .values(
            "pk", "at", "verb", "role", "reason", "room_id",
            "actor_id", "actor_name", "target_id", "target_name",
        )
    )  # fmt: skip
    people = {entry[key] for entry in entries for key in ("actor_id", "target_id")} - {""}
    merges = Deed.objects.filter(verb="merge", target_id__in=people)
    accounts = dict(merges.values_list("target_id", "actor_id"))
    for entry in entries:
        for key in ("actor_id", "target_id"):
            entry[key] = accounts.get(entry[key], entry[key])
        found[entry["room_id"]].append(entry)
    return found


def _told(apps, row, entry):
    """The facts of a notice if it says what an entry does; else None."""
    is_persons = entry["role"] not in {"staff", "system"}
    if (row["author__public_id"] or "") != (entry["actor_id"] if is_persons else ""):
        return None
    verb, pattern = _SENTENCES[entry["verb"]]
    bys = (entry["actor_name"], _DELETED) if is_persons else ("The site",)
    # A person who was deleted since is one in the sentence, and not in the audit log.
    for by, about in product(bys, (entry["target_name"], _DELETED)):
        reason = entry["reason"]
        end = f": {re.escape(reason)}" if reason else r"\."
        whole = pattern.format(by=re.escape(by), about=re.escape(about)) + end
        if match := re.fullmatch(whole, row["body"], re.DOTALL):
            break
    else:
        return None
    facts = {"verb": verb}
    if is_persons:
        facts["by"] = {"id": entry["actor_id"], "name": by}
    if entry["target_id"]:
        facts["about"] = {"id": entry["target_id"], "name": about}
    said = match.groupdict()
    if reason:
        facts["reason"] = reason
    return _whole(apps, row["stream_id"], facts, said.get("owner"), said.get("what"))


def _read(apps, row):
    """The facts of a notice of which the audit log knows nothing, if they are certain; else None."""
    is_persons = row["author__public_id"] is not None
    by = row["author__display_name"] if is_persons else "The site"
    for verb, pattern in _SENTENCES.values():
        whole = pattern.format(by=re.escape(by), about="(?P<about>.+?)")
        match = re.fullmatch(rf"{whole}(?:: (?P<reason>.+)|\.)", row["body"], re.DOTALL)
        if match is None or (verb == "succeed" and is_persons):
            continue
        said = {key: text for key, text in match.groupdict().items() if text}
        facts = {"verb": verb}
        if is_persons:
            facts["by"] = {"id": row["author__public_id"], "name": by}
        if about := said.pop("about", ""):
            member = _member(apps, row["stream_id"], about)
            if not member:
                continue
            facts["about"] = {"id": member, "name": about}
        if reason := said.get("reason"):
            facts["reason"] = reason
        return _whole(apps, row["stream_id"], facts, said.get("owner"), said.get("what"))
    return None


def _whole(apps, stream_id, facts, owner, what):
    """Facts with the owner before, and with a value for words that are one: else with the words."""
    if facts["verb"] == "succeed":
        facts["verb"] = _SUCCEEDED[what]
        return facts | _owner(apps, stream_id, owner)
    if what is None:
        return facts
    if facts["verb"] in {"clear", "restore"}:
        return facts | {"what": int(what.split()[0])}
    if facts["verb"] == "mute":
        count, unit = what.split()
        return facts | {"what": int(count) * _SECONDS[unit.removesuffix("s")]}
    return facts | {"what": what}


def _owner(apps, stream_id, name):
    """The owner before."""
    if name == "The owner":
        return {}
    return {"by": {"id": _member(apps, stream_id, name), "name": name}}


def _member(apps, stream_id, name):
    """The public id of the one member of a room who has a name; "" if nobody or another has it too."""
    Membership = apps.get_model("rooms", "Membership")
    members = Membership.objects.filter(room__stream=stream_id, user__display_name=name)
    ids = list(members.values_list("user__public_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else ""


def _renamed(row):
    match = _RENAMED.fullmatch(row["body"])
    if row["author__public_id"] is None or match is None:
        return None
    was, name = match["was"], match["name"]
    # Where the names could be parted in two ways, as the author's present name has it.
    if row["body"].endswith(f" is now called {row['author__display_name']}"):
        name = row["author__display_name"]
        was = row["body"].removesuffix(f" is now called {name}")
    return {
        "verb": "rename",
        "about": {"id": row["author__public_id"], "name": name},
        "was": was,
    }


class Migration(migrations.Migration):
    """Each notice commits by itself: a site that runs goes on meanwhile, and what was broken off
    is gone on with."""

    atomic = False

    dependencies = [
        ("history", "0007_facts_of_notices"),
        ("rooms", "0010_counted_reports_and_silent_knocks"),
    ]

    operations = [
        # First: from now on what the release before erases is not in the facts either.
        migrations.RunPython(lambda *_: triggers.make(), migrations.RunPython.noop),
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]
