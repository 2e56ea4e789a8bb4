"""Ensembles that a lead had built, kept with everything needed to build them again."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.runs import BackgroundRun
from annotation.models.studies import Study


class EnsembleRun(models.Model):
    """One ensemble: what was asked for, what was found, and the fitted ensemble itself.

    How far it is, its ``run`` says. ``settings``, ``data_hash`` and the code decide the result: the same
    three give the same ``result``, bit for bit. ``annotation.lookups.ensemble_view`` tells the forms of
    ``settings`` and ``result``; ``ensemble`` is the document that ``annotation.ensembles.read_ensemble``
    reads, empty where there is no rule over labels.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="ensemble_runs")
    run = models.OneToOneField(BackgroundRun, on_delete=models.CASCADE, related_name="ensemble_run")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settings = models.JSONField(default=dict)
    data_hash = models.CharField(max_length=64, blank=True, help_text="Of the labels or verdicts used.")
    n_labels = models.PositiveIntegerField(
        null=True, blank=True, help_text="Labels used; in a pairwise study, queries judged for several."
    )
    result = models.JSONField(default=dict, blank=True)
    ensemble = models.JSONField(default=dict, blank=True)
    is_in_report = models.BooleanField(
        default=False, help_text="The study's report shows this run; without any, the newest one."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=Q(is_in_report=True), name="ensemble_in_report_once"
            )
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Ensemble {self.pk} of {self.study}"
