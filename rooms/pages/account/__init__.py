"""The pages of one's own account: chosen, signed in to and out of, looked after."""
