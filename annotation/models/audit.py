"""Who changed what, for leads who must defend a decision."""

from django.conf import settings
from django.db import models

from annotation.models.studies import Study


class AuditEvent(models.Model):
    """One change that a person made; never edited."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="audit_events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=60)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["study", "-created_at"])]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
