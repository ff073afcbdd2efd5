"""`python -m chatsite.server`: choose the event loop, then run the command line."""

import asyncio
import os


def use_uvloop() -> None:
    if os.environ.get("CHAT_UVLOOP", "on") == "off":
        return
    try:
        import uvloop
    except ImportError:
        return
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


if __name__ == "__main__":
    # Before Daphne is imported, which makes an event loop of the kind that is chosen by then.
    use_uvloop()

    from chatsite.server.command_line import main

    main()
