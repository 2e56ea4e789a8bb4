"""The judging loop as JSON: nothing here names a candidate or tells the sides apart."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from annotation.api.serializers.base import Input
from annotation.lookups.judging import Progress, get_comparison, get_label_view
from annotation.models import Lease, Study, Verdict
from annotation.models.verdicts import OutcomeValue
from annotation.rendering import render_comparison, render_label
from annotation.services.verdicts import CHOICES, LONGEST_COMMENT


class ProgressOut(serializers.Serializer[Any]):
    """How far the study is and how much of it was you."""

    n_verdicts = serializers.IntegerField()
    n_wanted = serializers.IntegerField(help_text="The budget, or all comparisons without one.")
    n_mine = serializers.IntegerField()
    n_mine_today = serializers.IntegerField()
    minutes_left = serializers.FloatField(allow_null=True, help_text="At your own median pace.")
    can_undo = serializers.BooleanField()


class LeaseIn(Input):
    """What you already hold and want kept; without it you get that again."""

    holding = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=10, help_text="Leases on your screen."
    )


class LeaseOut(serializers.Serializer[Any]):
    """A comparison on your desk until ``expires_at``; renew it while you read."""

    id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()


class OptionOut(serializers.Serializer[Any]):
    """An option of a query to label: send its label as the choice."""

    label = serializers.CharField()  # type: ignore[assignment]
    words = serializers.CharField(allow_blank=True, help_text="What the label stands for.")


class ComparisonOut(LeaseOut):
    """A comparison to judge, or a query to label: the same texts as data and as safe HTML."""

    kind = serializers.ChoiceField(choices=Study.Kind.choices)
    query_id = serializers.CharField(allow_blank=True, help_text="Labelled studies only.")
    options = OptionOut(many=True, help_text="Labelled studies only.")
    category = serializers.CharField(allow_blank=True)
    query_turns = serializers.ListField(child=serializers.CharField())
    a_turns = serializers.ListField(child=serializers.CharField())
    b_turns = serializers.ListField(child=serializers.CharField())
    reference = serializers.CharField(allow_blank=True)
    html = serializers.CharField()
    progress = ProgressOut()


def comparison_out(lease: Lease, progress: Progress) -> dict[str, Any]:
    """Return a lease as ``ComparisonOut``."""
    if lease.comparison.study.kind == Study.Kind.LABELLED:
        label_view = get_label_view(lease)
        nothing: dict[str, Any] = {"a_turns": [], "b_turns": [], "reference": ""}
        values = nothing | asdict(label_view) | {"html": render_label(label_view)}
    else:
        view = get_comparison(lease)
        values = {"query_id": "", "options": []} | asdict(view) | {"html": render_comparison(view)}
    values |= {"kind": lease.comparison.study.kind, "progress": progress}
    return dict(ComparisonOut(values | {"id": values.pop("lease_id")}).data)


class VerdictIn(Input):
    """A verdict."""

    choice = serializers.CharField(
        max_length=100, help_text=f"{', '.join(CHOICES)}; in labelled studies the label of an option."
    )
    strength = serializers.IntegerField(required=False, min_value=1, max_value=2, help_text="2: much better.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_COMMENT)
    idempotency_key = serializers.UUIDField(
        required=False, help_text="Send the same one again after a lost answer: nothing is recorded twice."
    )


class VerdictOut(serializers.Serializer[Verdict]):
    """Your verdict, in your own words: the outcome would tell which side the candidate was."""

    id = serializers.IntegerField()
    choice = serializers.SerializerMethodField()
    strength = serializers.IntegerField()
    comment = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField()

    def get_choice(self, verdict: Verdict) -> str:
        """Return the word that was chosen."""
        if verdict.label:
            return verdict.label
        if verdict.outcome == OutcomeValue.DRAW:
            return "both_bad" if verdict.is_both_bad else "tie"
        other_side = "b" if verdict.candidate_side == "a" else "a"
        return verdict.candidate_side if verdict.outcome == OutcomeValue.WIN else other_side


class JudgedOut(serializers.Serializer[Any]):
    """A recorded verdict and where the study stands."""

    verdict = VerdictOut()
    progress = ProgressOut()


class SkipIn(Input):
    """Why you pass on a comparison."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class UndoIn(Input):
    """Which verdict to take back; your last one when left out, anybody's for leads."""

    verdict_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
