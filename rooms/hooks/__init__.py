"""Hooks: addresses at which other programs post into a room, and addresses that are told what happens there.

In: `incoming` makes a message of what a sender of Slack's, Mattermost's or Discord's dialect sends, `slack`,
`discord` and `dialects` read theirs, and `keys` makes the secrets of both ways. Out: `cursors` hands hooks out
to workers, `outgoing` says what is sent, and `signing` signs it.
"""
