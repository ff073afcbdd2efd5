"""The pages of the chat, beside the history's: the way in, a running room, an account, a report."""
