"""Forms about candidates."""

from __future__ import annotations

from django import forms

from annotation.web.forms.base import PriceField


class CandidateForm(forms.Form):
    """What can be changed about a candidate."""

    family = forms.CharField(
        max_length=100, required=False, help_text="The maker or the series that it belongs to."
    )
    price = PriceField(required=False, help_text="Money per query, in any one currency.")
    is_active = forms.BooleanField(
        required=False,
        label="Active",
        help_text="Unticked, it is no longer asked about. Its verdicts are kept.",
    )
