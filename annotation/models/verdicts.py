"""The judging loop: comparisons, leases, verdicts and skips."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.pool import Candidate, Query
from annotation.models.studies import Study


class OutcomeValue(models.IntegerChoices):
    """The values of ``annotation.selection.Outcome`` as a column; missing is NULL."""

    LOSS = 0, "loss"
    DRAW = 1, "draw"
    WIN = 2, "win"


class Side(models.TextChoices):
    """Where a response stands on the screen."""

    A = "a", "A"
    B = "b", "B"


class Comparison(models.Model):
    """One (query, candidate) pair against the baseline; a row exists once it was leased."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="comparisons")
    query = models.ForeignKey(Query, on_delete=models.CASCADE, related_name="comparisons")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="comparisons")
    # Majority of the standing verdicts, ties as draws; empty without any.
    outcome = models.SmallIntegerField(choices=OutcomeValue.choices, null=True, blank=True)
    n_verdicts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["query", "candidate"], name="comparison_once")]
        indexes = [models.Index(fields=["study", "n_verdicts"])]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.candidate} on {self.query}"


class Lease(models.Model):
    """A comparison held by one annotator for a short time.

    A comparison may be held by as many annotators at once as verdicts are still wanted of it (overlap);
    each hold takes a ``slot``, and the unique constraint over active slots settles every race.
    """

    class EndReason(models.TextChoices):
        JUDGED = "judged", "Judged"
        RELEASED = "released", "Given back"
        SKIPPED = "skipped", "Skipped"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="leases")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leases")
    slot = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True)
    candidate_side = models.CharField(max_length=1, choices=Side.choices)
    # Why this comparison came up: kept with the verdict for audits.
    selection_score = models.FloatField(null=True, blank=True)
    state_version = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField()
    # Prefetched leases are claimed before they are looked at.
    shown_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "slot"], condition=Q(is_active=True), name="lease_slot_once"
            ),
            models.UniqueConstraint(
                fields=["comparison", "annotator"], condition=Q(is_active=True), name="lease_person_once"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(is_active=True), name="lease_active_expiry"),
            models.Index(fields=["annotator", "-claimed_at"]),
        ]
        ordering = ["claimed_at"]

    def __str__(self) -> str:
        return str(self.id)


class StandingVerdicts(models.Manager["Verdict"]):
    """Verdicts that count: no retractions, nothing undone."""

    def get_queryset(self) -> models.QuerySet["Verdict"]:
        return super().get_queryset().filter(outcome__isnull=False, superseded_by__isnull=True)


class Verdict(models.Model):
    """A recorded decision of one annotator on one comparison. Append-only.

    Undo never deletes: it appends a retraction (``outcome`` empty) and points the undone verdict's
    ``superseded_by`` at it. A verdict *stands* when it is no retraction and nothing supersedes it.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="verdicts")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="verdicts")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verdicts")
    lease = models.ForeignKey(
        Lease, null=True, blank=True, on_delete=models.SET_NULL, related_name="verdicts"
    )
    outcome = models.SmallIntegerField(choices=OutcomeValue.choices, null=True, blank=True)
    # Labelled studies: the right label of the query. It is then the baseline against itself, a draw
    # by definition, which stands for the whole query: every candidate's outcome follows from the label.
    label = models.CharField(max_length=100, blank=True)
    candidate_side = models.CharField(max_length=1, choices=Side.choices)
    strength = models.PositiveSmallIntegerField(default=1, help_text="2 means much better.")
    is_both_bad = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4)
    selection_score = models.FloatField(null=True, blank=True)
    state_version = models.PositiveIntegerField(default=0)
    shown_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    objects = models.Manager()
    standing = StandingVerdicts()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "annotator"],
                condition=Q(superseded_by__isnull=True, outcome__isnull=False),
                name="standing_verdict_once",
            ),
        ]
        indexes = [
            models.Index(fields=["study", "submitted_at"]),
            models.Index(fields=["annotator", "study", "submitted_at"]),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display() or 'undone'} · {self.comparison}"


class Skip(models.Model):
    """A comparison this annotator will not be offered again."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="skips")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skips")
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comparison", "annotator"], name="skip_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.annotator} skipped {self.comparison}"
