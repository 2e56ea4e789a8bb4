"""Derived rows: everything here can be rebuilt from responses and verdicts."""

from django.db import models

from annotation.models.studies import Study


class WeakTensor(models.Model):
    """The weak judges' outcomes of a study and its responses' lengths, once per version of data and settings.

    ``blob`` is a compressed ``.npz`` written and read by ``annotation.lookups.tensors``.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="weak_tensors")
    data_version = models.PositiveIntegerField()
    settings_hash = models.CharField(max_length=64)
    n_queries = models.PositiveIntegerField()
    n_entries = models.PositiveIntegerField()
    n_judges = models.PositiveSmallIntegerField()
    n_tokens = models.PositiveBigIntegerField()
    blob = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "data_version", "settings_hash"], name="weak_tensor_once"
            )
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.study} · version {self.data_version}"


class SelectionState(models.Model):
    """What the last refresh found: posterior, win rates and the ranking of comparisons to ask for.

    ``entries`` is a list in array order, the baseline last: ``{"candidate": pk, "log_posterior", "p_best",
    "p_near_best", "win_rate", "win_rate_low", "win_rate_high", "raw_win_rate", "n_verdicts"}``; numbers that
    are unknown are null. ``ranking`` is a list, best first: ``{"query": pk, "candidate": pk, "score",
    "expected_entropy", "reason"}``.
    """

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="selection_state")
    version = models.PositiveIntegerField(default=0)
    data_version = models.PositiveIntegerField(default=0)
    settings_hash = models.CharField(max_length=64, blank=True)
    # The newest verdict row seen (retractions count): a refresh is due while a newer one exists.
    last_verdict_id = models.BigIntegerField(default=0)
    n_verdicts = models.PositiveIntegerField(default=0)
    has_weak_judges = models.BooleanField(default=False)
    best = models.ForeignKey("Candidate", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    entropy = models.FloatField(null=True, blank=True, help_text="Of P(best), in nats.")
    method = models.TextField(blank=True)
    entries = models.JSONField(default=list)
    ranking = models.JSONField(default=list)
    # Per weak judge: agreement with the verdicts so far, counts and interval.
    judge_quality = models.JSONField(default=list)
    # Pairs that the strategy takes for near copies: {"first": pk, "second": pk, "share": estimated share of
    # queries on which their outcome is one and the same draw}.
    near_copies = models.JSONField(default=list)
    computed_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.study} · version {self.version}"


class PosteriorSnapshot(models.Model):
    """One point of the time line; one per number of standing verdicts."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="snapshots")
    n_verdicts = models.PositiveIntegerField()
    entropy = models.FloatField()
    best = models.ForeignKey("Candidate", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # {candidate pk as text: P(best)}
    p_best = models.JSONField(default=dict)
    # Claimed for ``best``: P(within the study's delta of the best). None: settings, responses or verdicts
    # have changed since. What closes a study looks back at it, so it is the one thing here that cannot be
    # rebuilt from responses and verdicts; without it a study takes another tenth of them.
    p_near_best = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "n_verdicts"], name="snapshot_once")]
        ordering = ["n_verdicts"]

    def __str__(self) -> str:
        return f"{self.study} after {self.n_verdicts}"
