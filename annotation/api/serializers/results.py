"""What is known about a study, for leads and viewers."""

from typing import Any

from rest_framework import serializers

from annotation.models import Study, Verdict
from annotation.models.verdicts import OutcomeValue


class EntryOut(serializers.Serializer[Any]):
    """One candidate or the baseline; probabilities and win rates from 0 to 1, null while unknown."""

    candidate = serializers.CharField(source="candidate.name")
    is_baseline = serializers.BooleanField()
    is_best = serializers.BooleanField()
    n_verdicts = serializers.IntegerField()
    p_best = serializers.FloatField(allow_null=True)
    p_near_best = serializers.FloatField(allow_null=True)
    win_rate = serializers.FloatField(allow_null=True)
    win_rate_low = serializers.FloatField(allow_null=True, help_text="Lower end of the 90 % interval.")
    win_rate_high = serializers.FloatField(allow_null=True, help_text="Upper end of the 90 % interval.")
    raw_win_rate = serializers.FloatField(allow_null=True, help_text="From verdicts alone.")
    accuracy = serializers.FloatField(allow_null=True, help_text="Labelled studies: share of right labels.")
    n_right = serializers.IntegerField(help_text="Labelled studies only, else 0.")
    n_answered = serializers.IntegerField(help_text="Labelled queries with a response; else 0.")


class NearCopiesOut(serializers.Serializer[Any]):
    """Candidates of which each two look like near copies."""

    names = serializers.ListField(child=serializers.CharField())
    share = serializers.FloatField(
        help_text="Estimated share of queries on which the least close two have one and the same outcome, "
        "beyond what strength and ease explain."
    )


class PosteriorOut(serializers.Serializer[Any]):
    """Who is best and how sure, best entry first."""

    version = serializers.IntegerField(help_text="Counts refreshes.")
    computed_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.BooleanField(help_text="False while a refresh is under way.")
    n_verdicts = serializers.IntegerField()
    n_verdicts_seen = serializers.IntegerField()
    has_weak_judges = serializers.BooleanField()
    method = serializers.CharField(allow_blank=True)
    entropy = serializers.FloatField(allow_null=True, help_text="In nats.")
    best = serializers.CharField(source="best.candidate.name", default=None, allow_null=True)
    entries = EntryOut(many=True)
    near_copies = NearCopiesOut(many=True, help_text="Empty when none are found or nobody looks.")


class RankedOut(serializers.Serializer[Any]):
    """A comparison that would be asked for next, and why."""

    query_id = serializers.CharField(source="query.external_id")
    candidate = serializers.CharField(source="candidate.name")
    score = serializers.FloatField(allow_null=True)
    expected_entropy = serializers.FloatField(allow_null=True, help_text="In nats, after asking.")
    reason = serializers.CharField()


class VerdictRowOut(serializers.Serializer[Verdict]):
    """A recorded verdict with everything that was known at the time."""

    id = serializers.IntegerField()
    query_id = serializers.CharField(source="comparison.query.external_id")
    candidate = serializers.SerializerMethodField(help_text="Null for a label, which is about a query.")
    label = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="Labelled studies only."
    )
    annotator = serializers.CharField(source="annotator.username")
    outcome = serializers.SerializerMethodField(help_text="Null for a retraction.")
    candidate_side = serializers.CharField()
    strength = serializers.IntegerField()
    is_both_bad = serializers.BooleanField()
    comment = serializers.CharField(allow_blank=True)
    selection_score = serializers.FloatField(allow_null=True)
    state_version = serializers.IntegerField()
    shown_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)

    def get_candidate(self, verdict: Verdict) -> str | None:
        """Return the candidate that was judged."""
        is_labelled = verdict.study.kind == Study.Kind.LABELLED
        return None if is_labelled else verdict.comparison.candidate.name

    def get_outcome(self, verdict: Verdict) -> str | None:
        """Return loss, draw or win from the candidate's side; a label has no outcome of its own."""
        return None if verdict.outcome is None or verdict.label else str(OutcomeValue(verdict.outcome).label)
