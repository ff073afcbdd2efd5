"""The log of a room: one ordered stream of messages.

`entry` has the shapes, `write` takes numbers and inserts rows, `post` is the single statement of the
hot path, `edits` changes messages that are there, `authors` changes all that a person left behind,
`retention` erases what is kept no longer, and `read` reads.
"""
