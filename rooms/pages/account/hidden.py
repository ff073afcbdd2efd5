"""The people whom the visitor has hidden."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rooms import answers, limits, paths
from rooms.actions import hiding
from rooms.errors import ChatError
from rooms.pages.account.visitor import for_somebody, sent_id, signed_in


@require_POST
@for_somebody
def change(request: HttpRequest) -> HttpResponse:
    """Hide the person `person`, an id, with `hidden=yes`; else show them again.

    The pages of a room and its people send this with a script and are answered in JSON.
    """
    me, who = signed_in(request), sent_id(request, "person")
    wanted = request.POST.get("hidden") == "yes"
    back = paths.own(request, request.POST.get("next", "")) or "account"
    try:
        limits.hide(person=me.public_id)
        verb = hiding.hide if wanted else hiding.show_again
        person = verb(user=me, person_id=who)
    except ChatError as refusal:
        return _refused(request, refusal, back)
    if wanted:
        text = _("Messages of %(name)s are folded for you, in all rooms. Nobody is told.")
    else:
        text = _("You see the messages of %(name)s again.")
    said = text % {"name": person}
    if answers.wants_json(request):
        return JsonResponse({"message": said, "hidden": wanted})
    messages.success(request, said)
    return redirect(back)


def _refused(request: HttpRequest, refusal: ChatError, back: str) -> HttpResponse:
    def page() -> HttpResponse:
        messages.error(request, refusal.message)
        return redirect(back)

    return answers.refused(request, refusal, page=page)
