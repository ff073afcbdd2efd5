"""Going out: the only way from this site to addresses that somebody else has typed.

`addresses` says where a request may go, `client` goes there.
"""
