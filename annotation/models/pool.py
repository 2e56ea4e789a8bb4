"""What a study chooses from: candidates, queries, and the responses of the one to the other."""

from django.core.validators import MinValueValidator
from django.db import models

from annotation.models.studies import Study


class Candidate(models.Model):
    """An LLM that may be selected; the baseline is one of these rows, named by ``Study.baseline``."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="candidates")
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=100, blank=True)
    price = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Money per query, in any one currency.",
    )
    is_active = models.BooleanField(default=True, help_text="Inactive candidates are no longer asked about.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="candidate_name_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Query(models.Model):
    """A prompt whose comparisons may be asked for; ``turns`` is a list of texts."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="queries")
    external_id = models.CharField(max_length=200)
    turns = models.JSONField(default=list)
    category = models.CharField(max_length=100, blank=True)
    reference = models.TextField(blank=True)
    # Labelled studies: texts of the options, where the query has its own; and the right label, if imported.
    options = models.JSONField(default=list, blank=True)
    gold = models.CharField(max_length=100, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "queries"
        constraints = [models.UniqueConstraint(fields=["study", "external_id"], name="query_id_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.external_id


class Response(models.Model):
    """A candidate's text for a query, one entry of ``turns`` per turn of the query."""

    query = models.ForeignKey(Query, on_delete=models.CASCADE, related_name="responses")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="responses")
    turns = models.JSONField(default=list)
    # Labelled studies: the candidate's choice; "-" for a response that makes none.
    label = models.CharField(max_length=100, blank=True)
    # SHA-256 over the turns: equal to the baseline's means a draw that needs no verdict.
    text_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["query", "candidate"], name="response_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.candidate} on {self.query}"
