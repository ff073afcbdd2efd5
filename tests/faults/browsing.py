"""Visitors who read pages and open rooms while something is broken, and what failed for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx

from tests.support.client import FormRefused, Visitor


@dataclass
class Browsing:
    requests: int = 0
    failures: list[str] = field(default_factory=list)


@asynccontextmanager
async def browsing(base_url: str) -> AsyncIterator[Browsing]:
    """Pages are read and rooms opened all the while, two at a time."""
    done = Browsing()

    async def browse() -> None:
        while True:
            async with Visitor(base_url, "Browser") as visitor:
                try:
                    code = await visitor.create()
                    page = await visitor.get(f"/rooms/{code}/")
                    if page.status_code != 200:
                        done.failures.append(f"{page.status_code} for the room")
                except (FormRefused, httpx.HTTPError, AssertionError) as error:
                    done.failures.append(repr(error))
                done.requests += 3
            await asyncio.sleep(0.2)

    tasks = [asyncio.create_task(browse()) for _ in range(2)]
    try:
        yield done
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
