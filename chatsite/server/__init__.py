"""The server: Daphne with a drain, bounded readers, and sockets the application may write to.

    python -m chatsite.server [--prepare] [Daphne's flags] chatsite.asgi:application

--prepare does first what `manage.py prepare` does, in the same process: bin/serve starts in half
the time for loading the site once.

Environment:
  CHAT_UVLOOP         off: do not run on uvloop where it is installed
  CHAT_DRAIN_DELAY    seconds between /readyz failing and the port closing (0), so that a load
                      balancer that asks /readyz notices first
  CHAT_DRAIN_TIMEOUT  seconds that requests, sockets and the application get to finish (10)

On SIGTERM and SIGINT the server drains: it reports itself not ready, stops listening, closes its
WebSockets with 4000, lets requests finish, tells the application (lifespan.shutdown) and exits with
0. A second signal stops it at once.
"""
