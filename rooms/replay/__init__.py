"""Plays a channel log into a running site as the people who wrote it.

`irc` reads a log, `script` makes of it what each person does, `visitor` does it over HTTP and a
socket, `play` runs a whole log in one room and compares the room's transcript with it. Only
`rooms.names` of the site itself is used: to the site the command is a stranger.
"""
