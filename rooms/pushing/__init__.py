"""Web push: whom to notify, of what, when, and in which words.

`due` finds people to notify and puts them into the queue, `queue` hands out what is due and keeps what
became of it, `content` asks once more whether to notify, `words` writes the notification, and `message`
encrypts it. Sending is `rooms.live.pusher`'s.
"""
