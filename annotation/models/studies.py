"""A selection problem and the people who work on it."""

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


def new_secret() -> str:
    """Return the key of a study's keyed hashes: 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


class Study(models.Model):
    """One selection problem: queries, candidates, a baseline, a budget."""

    class Kind(models.TextChoices):
        PAIRWISE = "pairwise", "Pairwise comparisons against a baseline"
        LABELLED = "labelled", "One correct option per query"

    class Status(models.TextChoices):
        DRAFT = "draft", "Being set up"
        OPEN = "open", "Open for judging"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed"

    class CloseReason(models.TextChoices):
        CONFIDENT = "confident", "Confident enough"
        BUDGET = "budget", "Budget spent"
        EXHAUSTED = "exhausted", "Every comparison judged"
        LEAD = "lead", "Closed by the lead"

    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PAIRWISE)
    guidelines = models.TextField(blank=True, help_text="Markdown, shown to annotators.")
    baseline = models.ForeignKey(
        "Candidate", null=True, blank=True, on_delete=models.PROTECT, related_name="baseline_of"
    )
    strategy = models.CharField(max_length=40, default="llm_selector")
    strategy_params = models.JSONField(default=dict, blank=True)
    weak_settings = models.JSONField(default=dict, blank=True, help_text="Options of the weak judges.")
    budget = models.PositiveIntegerField(
        null=True, blank=True, help_text="Verdicts that may be spent; empty means no limit."
    )
    overlap = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="How many annotators judge each comparison.",
    )
    target_p_best = models.FloatField(
        default=0.95, validators=[MinValueValidator(0.5), MaxValueValidator(0.999)]
    )
    near_delta = models.FloatField(
        default=0.01,
        validators=[MinValueValidator(0.0), MaxValueValidator(0.2)],
        help_text="Candidates within this win rate of the best count as best when stopping.",
    )
    # Labelled studies: [label, words] in the order of the keys; empty means the labels that occur.
    label_words = models.JSONField(
        default=list, blank=True, help_text="Labels to choose from, with their words."
    )
    is_gold_counted = models.BooleanField(
        default=True,
        help_text="Imported labels count at once; otherwise they only check those that people give.",
    )
    is_grouping_queries = models.BooleanField(
        default=True, help_text="Prefer further candidates of a query that is already on the screen."
    )
    lease_minutes = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(1)])
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    close_reason = models.CharField(max_length=10, choices=CloseReason.choices, blank=True)
    seed = models.PositiveIntegerField(default=0)
    secret = models.CharField(max_length=64, default=new_secret, editable=False)
    # Counts changes of queries, candidates and responses: weak tensors and states name the one they saw.
    data_version = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Claims after fewer verdicts close nothing: a lead who reopens a study that was sure wants more of them.
    claims_from = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "studies"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person may do in a study; without one, the study does not exist for them."""

    class Role(models.TextChoices):
        LEAD = "lead", "Lead"
        ANNOTATOR = "annotator", "Annotator"
        VIEWER = "viewer", "Viewer"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "study"], name="membership_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
