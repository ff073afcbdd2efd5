"""The chat of the Channels tutorial (parts 2 and 3), as published: one group per room, one consumer per socket."""
