"""Forms that set a study up."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.models import Candidate, Membership, Study
from annotation.selection import STRATEGIES
from annotation.web.forms.base import ManyFilesField

FILES_HELP = (
    "Rows of query_id, prompt (or turns), model, response as JSONL, CSV or Parquet; AlpacaEval "
    "model_outputs.json (one or more); or the files of an evaluation-data folder together. "
    "Files may be gzipped."
)
# The parameter that every strategy has is a setting of the study: see near_delta.
SHARED_PARAMETER = "delta"


class ImportForm(forms.Form):
    """Files for a study that exists."""

    uploads = ManyFilesField(label="Files", help_text=FILES_HELP)
    is_strict = forms.BooleanField(
        required=False, label="All or nothing", help_text="Import nothing if any row is bad."
    )
    is_replacing = forms.BooleanField(
        required=False,
        label="Replace responses that changed",
        help_text="Without this a known response with another text is reported and kept as it is.",
    )


class NewStudyForm(forms.Form):
    """A study's name and its first files."""

    name = forms.CharField(max_length=200, help_text="What you want to find out, in a few words.")
    uploads = ManyFilesField(label="Files", help_text=FILES_HELP)


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Everything a lead decides about a study."""

    strategy = forms.ChoiceField(widget=forms.RadioSelect)

    class Meta:
        model = Study
        fields = [
            "name",
            "baseline",
            "strategy",
            "budget",
            "target_p_best",
            "near_delta",
            "overlap",
            "is_grouping_queries",
            "lease_minutes",
            "guidelines",
        ]
        labels = {
            "target_p_best": "Stop when the probability of the best reaches",
            "near_delta": "… of being within this win rate of the true best",
            "overlap": "Verdicts per comparison",
            "is_grouping_queries": "Show responses to one prompt one after the other",
            "lease_minutes": "Minutes that a comparison stays on a desk",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        baseline = self.fields["baseline"]
        baseline.queryset = Candidate.objects.filter(study=self.instance, is_active=True)  # type: ignore[attr-defined]
        baseline.help_text = "Every candidate is compared with this one."
        if self.instance.verdicts.exists():
            baseline.disabled = True
            baseline.help_text = "Cannot change any more: verdicts compare against it."
        self.fields["strategy"].choices = [  # type: ignore[attr-defined]
            (name, f"{strategy.label}: {strategy.description}") for name, strategy in STRATEGIES.items()
        ]

    def settings(self) -> dict[str, Any]:
        """Return what ``study_update`` takes."""
        return dict(self.cleaned_data)


class MemberForm(forms.Form):
    """A person and a role."""

    username = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.ANNOTATOR)


class CandidateForm(forms.Form):
    """What can be changed about a candidate."""

    family = forms.CharField(max_length=100, required=False)
    price = forms.DecimalField(max_digits=12, decimal_places=6, min_value=0, required=False)
    is_active = forms.BooleanField(required=False)
