"""The HTTP API for bots, under /api/v1/: what a socket can do, a request at a time (docs/API.md).

It is served on the event loop, beside the sockets and not beside the pages: a request that waits for news
holds no thread. A message that is posted here goes through the same writer as a socket's.
"""
