"""What a window's main thread is busy with, from Chromium's own trace.

Times are of the processor, not of the clock: how loaded the machine is hardly counts.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

_CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
_TASK = "RunTask"
_FRAME = "FireAnimationFrame"
_Event = dict[str, Any]


@dataclass
class Trace:
    """Filled when the block of `trace` has ended."""

    frames: int = 0
    """Animation frames in which the page changed something."""
    tasks: list[float] = field(default_factory=list)
    """Milliseconds of each task, the longest first; while one runs no frame is drawn."""
    of: dict[str, float] = field(default_factory=dict)
    """What the longest did (Layout, Paint, FunctionCall…), in milliseconds; a part is in its whole too."""

    def __str__(self) -> str:
        most = sorted(self.of.items(), key=lambda item: -item[1])[:12]
        parts = ", ".join(f"{name} {spent:.1f}" for name, spent in most)
        return f"{self.frames} frames, tasks {self.tasks[:5]} ms, the longest: {parts}"


@contextmanager
def trace(page: Page) -> Iterator[Trace]:
    """Traces a window while the block runs. A browser traces one at a time."""
    browser = page.context.browser
    assert browser
    result = Trace()
    browser.start_tracing(page=page, categories=_CATEGORIES)
    try:
        yield result
    finally:
        events: list[_Event] = json.loads(browser.stop_tracing())["traceEvents"]
    own = [event for event in _of_main_thread(events) if event["ph"] == "X"]
    result.frames = sum(event["name"] == _FRAME for event in own)
    tasks = sorted((event for event in own if event["name"] == _TASK), key=_spent, reverse=True)
    result.tasks = [_spent(event) for event in tasks]
    task = tasks[0]
    end = task["ts"] + task["dur"]
    for event in own:
        if task["ts"] <= event["ts"] < end:
            result.of[event["name"]] = result.of.get(event["name"], 0) + _spent(event)


def _spent(event: _Event) -> float:
    return float(event.get("tdur", 0)) / 1000


def _of_main_thread(events: list[_Event]) -> list[_Event]:
    """Those of the page: of all main threads it is the one that drew the most frames."""
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    frames = Counter((e["pid"], e["tid"]) for e in events if e["name"] == _FRAME)
    own = max(main, key=lambda thread: frames[thread])
    return [event for event in events if (event["pid"], event["tid"]) == own]
