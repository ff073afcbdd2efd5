"""Everything that lives as long as a server process does: its sockets, cursors, queues and lease.

One LiveWorker for each event loop (worker.py) holds the parts: the hub fans out and never writes,
the writer commits what members ask of their rooms, the door lets sockets in, the subscription is the
channel layer. What gathers does so in a Batcher (batching.py). Only event-loop
code touches their state; databases are asked on the threads of threads.py.
"""
