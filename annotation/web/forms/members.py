"""Forms about people."""

from __future__ import annotations

from django import forms

from annotation.models import Membership

ROLE_HELP = "Annotators judge, viewers read results, leads do both and steer the study."


class MemberForm(forms.Form):
    """Somebody who has an account, and their role."""

    username = forms.CharField(
        max_length=150, label="User name", error_messages={"required": "Type somebody's user name."}
    )
    role = forms.ChoiceField(
        choices=Membership.Role.choices, initial=Membership.Role.ANNOTATOR, help_text=ROLE_HELP
    )


class InviteForm(forms.Form):
    """Somebody who has no account yet."""

    username = forms.CharField(
        max_length=150,
        label="User name",
        help_text="Letters, digits and @ . + - _",
        error_messages={"required": "Choose a user name for them."},
    )
    role = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.ANNOTATOR)
