"""Too many at once, of one person or of all."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    RateLimited,
    Unavailable,
)


class OneAfterTheOther(Unavailable):
    sentence = _("One thing at a time, please.")


class ManySignIn(RateLimited):
    sentence = _("Too many people are signing in right now. Please try again in a moment.")


class SearchesUnderWay(RateLimited):
    sentence = _("Your other searches are still running.")


class ManySearch(Unavailable):
    sentence = _("Many people are searching right now.")


class ManyComeIn(Unavailable):
    sentence = _("Very many people are joining right now.")


class DownloadsUnderWay(RateLimited):
    sentence = _("Two of your downloads are still under way.")


class ManyDownload(Unavailable):
    sentence = _("Too many downloads are under way.")
