"""Staff who sign in by OpenID Connect, where CHAT_OIDC_ISSUER names a provider.

`provider` asks the provider, `tokens` judges what it says. What follows for an account is
rooms/actions/identities.py, the pages are rooms/staff/openid.py. Second factors are the provider's to ask
for: `rooms.factors.came_by_provider`.
"""

from django.conf import settings

# Pages that wait for the provider at once, on a worker. More are told to come back.
AT_ONCE = 4


def is_on() -> bool:
    """Return True if this site has a provider."""
    return bool(settings.CHAT_OIDC_ISSUER)
