"""Forms of the account pages. The verbs judge the values and say what is wrong."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rooms import names
from rooms.pages.forms import typed
from rooms.passwords import normal

# Hashing takes longer the more there is to hash.
PASSWORD_MAX = 256


def _password(**options: Any) -> forms.CharField:
    return forms.CharField(
        strip=False,
        max_length=PASSWORD_MAX,
        error_messages={"required": _("Type a password.")},
        **options,
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=150, error_messages={"required": _("Type your user name.")}
    )
    password = _password()
    bring = forms.BooleanField(required=False)


class NewPasswordForm(forms.Form):
    password = _password()
    again = forms.CharField(strip=False, required=False, max_length=PASSWORD_MAX)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "password" not in data:
            return data
        chosen = normal(data["password"])
        if chosen != normal(data.get("again", "")):
            self.add_error("again", _("The two passwords are not the same."))
        try:
            # By itself: the verb, which knows whose it is, runs only if nothing else is wrong.
            validate_password(chosen)
        except ValidationError as error:
            self.add_error("password", error)
        return data


class RegisterForm(NewPasswordForm):
    # Asked of who was never here; everybody else has a name.
    name = typed(names.TYPED_MAX, names.TOO_LONG)
    username = forms.CharField(
        max_length=150, error_messages={"required": _("Choose a user name.")}
    )


class ChangePasswordForm(NewPasswordForm):
    current = _password()


class ContinueForm(forms.Form):
    """The link of another device, or the part of it behind the `#`."""

    token = forms.CharField(max_length=300)
    # That a guest who is here may be lost.
    sure = forms.BooleanField(required=False)

    def clean_token(self) -> str:
        return str(self.cleaned_data["token"]).rpartition("#")[2].strip()


class NameForm(forms.Form):
    # As it was typed: the verb cleans it and says what is wrong.
    name = typed(names.TYPED_MAX, names.TOO_LONG)


class DeleteForm(forms.Form):
    """The choice what happens to the user's messages, and the confirmation."""

    texts = forms.ChoiceField(
        choices=(("keep", ""), ("erase", "")),
        error_messages={
            "required": _("Choose what happens to your messages."),
            "invalid_choice": _("Choose what happens to your messages."),
        },
    )
    # Of an account its password, of a guest the box.
    password = forms.CharField(strip=False, max_length=PASSWORD_MAX, required=False)
    sure = forms.BooleanField(required=False)


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Put a verb's reasons next to the fields they are about."""
    form.add_error(None if hasattr(error, "error_dict") else "password", error)
