"""A finger on the screen of a phone."""

from playwright.sync_api import Locator, Page


class Finger:
    """A finger that presses something, and is lifted when the test says so."""

    def __init__(self, page: Page, on: Locator) -> None:
        self.devtools = page.context.new_cdp_session(page)
        on.scroll_into_view_if_needed()
        box = on.bounding_box()
        assert box
        self.place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}

    def press(self) -> None:
        self._send("touchStart", [self.place])

    def lift(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        event = {"type": kind, "touchPoints": points}
        self.devtools.send("Input.dispatchTouchEvent", event)
