"""The server with deadlines that a test can wait for: `python -m tests.live.impatient`."""

from chatsite.server import channel, command_line, http

http.STALLED = 2
channel.HEAD_TIMEOUT = 2
channel.BODY_TIMEOUT = 2

if __name__ == "__main__":
    command_line.main()
