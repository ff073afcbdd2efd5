"""The one form there is: a name, and a room to make or to come into."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from history.errors import Text
from rooms import codes, names
from rooms.errors import BadName, BadTitle, ChatError, PasscodeNeeded, RoomNotFound, WrongPasscode
from rooms.room_settings import GRACES, TABLE

# Characters of a passcode as it is typed, of which NFKC may make fewer.
PASSCODE_TYPED_MAX = 256


def typed(longest: int, message: Text | None = None) -> forms.Field:
    """A field for text that a verb judges, but for its length: no verb sees more than `longest`."""
    return forms.Field(required=False, validators=[MaxLengthValidator(longest, message)])


def title_of(text: str) -> str:
    """A title as it is kept. Raises ValidationError with the reason."""
    try:
        return names.clean_title(text)
    except BadTitle as refusal:
        raise ValidationError(refusal.message) from refusal


class EntryForm(forms.Form):
    """The front page's form. The verbs judge names and codes, and say what is wrong."""

    name = typed(names.TYPED_MAX, names.TOO_LONG)
    code = typed(codes.TYPED_MAX, RoomNotFound.sentence)
    # Asked for once the code is known to be right.
    passcode = typed(PASSCODE_TYPED_MAX, WrongPasscode.sentence)
    title = forms.CharField(
        required=False,
        max_length=names.TITLE_MAX,
        error_messages={"max_length": TABLE["title"].refusal},
    )
    grace = forms.TypedChoiceField(required=False, choices=GRACES, coerce=int, empty_value=None)

    def clean_title(self) -> str:
        return title_of(self.cleaned_data["title"])

    @property
    def asks_passcode(self) -> bool:
        """Whether the room is known to ask for one: to who typed its code, and nobody else."""
        return "passcode" in self.data or bool(self.errors.get("passcode"))

    @property
    def is_joining(self) -> bool:
        """Whether a room is to be joined rather than made.

        The Enter key presses neither button: then a code says what was meant.
        """
        if "join" in self.data or "create" in self.data:
            return "join" in self.data
        return bool(self.data.get("code", "").strip())

    def judge_name(self) -> None:
        """Say what is wrong with the name, where something else was refused before a verb saw it."""
        if "name" in self.errors:
            return
        try:
            names.clean(self.data.get("name", ""))
        except BadName as refusal:
            self.add_error("name", refusal.message)

    def refuse(self, refusal: ChatError) -> None:
        """Put a verb's refusal next to the field it is about, and what else is wrong beside it."""
        if not isinstance(refusal, BadName):
            self.judge_name()
        if isinstance(refusal, BadName):
            self.add_error("name", refusal.message)
        elif isinstance(refusal, RoomNotFound):
            blank = not self.data.get("code", "").strip()
            self.add_error(
                "code", _("Type the code of a room first.") if blank else refusal.message
            )
        elif isinstance(refusal, PasscodeNeeded):
            self.add_error("passcode", refusal.message)
        else:
            self.add_error(None, refusal.message)
