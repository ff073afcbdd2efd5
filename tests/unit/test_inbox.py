"""The messages that wait for the application are bounded, and no waiter is forgotten."""

import asyncio

from chatsite.server.inbox import LIMIT, Inbox, Message


class Tap:
    """A source that knows whether it may flow."""

    flowing = True

    def stop_reading(self) -> None:
        self.flowing = False

    def start_reading(self) -> None:
        self.flowing = True


def message(text: str) -> Message:
    return {"type": "websocket.receive", "text": text}


async def test_messages_come_out_in_order() -> None:
    inbox = Inbox(Tap())
    for text in "abc":
        inbox.put_nowait(message(text))
    assert [(await inbox.get())["text"] for _ in range(3)] == ["a", "b", "c"]


async def test_two_waiters_get_one_message_each_and_a_third_may_give_up() -> None:
    inbox = Inbox(Tap())
    first, second, third = (asyncio.create_task(inbox.get()) for _ in range(3))
    await asyncio.sleep(0)
    inbox.put_nowait(message("a"))
    first.cancel()  # woken already, and gone before it could take the message
    inbox.put_nowait(message("b"))
    assert {(await second)["text"], (await third)["text"]} == {"a", "b"}


async def test_the_source_is_paused_while_too_much_waits() -> None:
    tap = Tap()
    inbox = Inbox(tap)
    sent = 0
    while tap.flowing:
        inbox.put_nowait(message("x" * 1000))
        sent += 1
    assert LIMIT // 2000 < sent < LIMIT // 1000
    for _ in range(sent - 1):
        await inbox.get()
    assert tap.flowing


async def test_many_short_messages_count_for_the_memory_they_take() -> None:
    tap = Tap()
    inbox = Inbox(tap)
    for _ in range(LIMIT // 500):
        inbox.put_nowait(message(""))
    assert not tap.flowing
