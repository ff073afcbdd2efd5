"""Receive notifications of other workers and hand them to the hub."""

from history.log.entry import Change
from rooms import protocol
from rooms.live.hub import Hub
from rooms.publish import Notification


class Receiver:
    """Takes the notifications that a worker's subscription receives."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def received(self, notification: Notification) -> None:
        """Take a notification from the channel layer. One of our own comes back too and changes nothing."""
        room = self._hub.rooms.get(notification["stream"])
        if room is None:
            return
        match notification["type"]:
            case "room.changed":
                if notification["through"] > room.cursor:
                    room.heard(notification["through"])
                    self._hub.deliver(
                        Change.from_json(
                            stream_id=notification["stream"],
                            after=notification["after"],
                            through=notification["through"],
                            epoch=notification["epoch"],
                            encoded=notification["messages"],
                            # Missing: none was raised, or a worker of the release before says so
                            # in a `room.rules`.
                            evicts_from=notification.get("evicts_from"),
                        )
                    )
            case "room.rules":
                # Missing: of the release before, which did not say what the epoch is now.
                if notification.get("epoch", room.epoch + 1) > room.epoch:
                    self._hub.eviction.recheck(room)
            case "room.read":
                if news := room.note_reads(notification["reads"]):
                    room.show_reads(news)
            case "room.handoff":
                room.tell_person(notification["user"], protocol.encode("handoff"))
            case "room.typing":
                if notification["origin"] != self._hub.name:
                    room.show_typing(notification["frame"], except_user=notification["user"])

    def hinted(self, notification: Notification) -> None:
        """Take a notification that may be another site's: look in this one's log whether it is true.

        Commands without a worker of their own publish such, and workers of an earlier release.
        """
        room = self._hub.rooms.get(notification["stream"])
        if room is None or not room.ready.done():
            return
        match notification["type"]:
            case "room.changed":
                if notification["through"] > room.cursor:
                    self._hub.repair.begin(room)
            case "room.rules":
                self._hub.eviction.recheck(room)
