"""Studies, their members, candidates and queries, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.base import Input, Options, Word
from annotation.models import Membership, Study


class StudySettingsIn(Input):
    """What a lead may set; ranges are checked by the service."""

    guidelines = serializers.CharField(required=False, allow_blank=True, help_text="Markdown.")
    strategy = serializers.CharField(required=False, help_text="One that fits the kind of study.")
    strategy_params = Options(required=False)
    weak_settings = Options(required=False)
    budget = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    overlap = serializers.IntegerField(required=False, min_value=1, max_value=9)
    target_p_best = serializers.FloatField(required=False, min_value=0.5, max_value=0.999)
    near_delta = serializers.FloatField(required=False, min_value=0.0, max_value=0.2)
    is_grouping_queries = serializers.BooleanField(required=False)
    is_gold_counted = serializers.BooleanField(
        required=False, help_text="Labelled studies: whether imported labels count at once."
    )
    label_words = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(allow_blank=True, max_length=300), min_length=2, max_length=2
        ),
        required=False,
        max_length=1000,
        help_text="Labelled studies: [label, words] of each option; empty for the labels that occur.",
    )
    lease_minutes = serializers.IntegerField(required=False, min_value=1, max_value=1440)


class StudyIn(StudySettingsIn):
    """A study to create; candidates and queries come by import."""

    name = serializers.CharField(max_length=200)
    slug = serializers.SlugField(required=False, max_length=80)
    kind = Word(Study.Kind.choices, required=False)


class StudyChangesIn(StudySettingsIn):
    """Settings to change."""

    name = serializers.CharField(required=False, max_length=200)
    baseline = serializers.CharField(required=False, help_text="Name of a candidate of this study.")


class StudySettingsOut(serializers.Serializer[Study]):
    """Settings; they name the baseline, so annotators do not see them."""

    baseline = serializers.CharField(source="baseline.name", default=None, allow_null=True)
    strategy = serializers.CharField()
    strategy_params = serializers.DictField()
    weak_settings = serializers.DictField()
    budget = serializers.IntegerField(allow_null=True)
    overlap = serializers.IntegerField()
    target_p_best = serializers.FloatField()
    near_delta = serializers.FloatField()
    is_grouping_queries = serializers.BooleanField()
    is_gold_counted = serializers.BooleanField()
    label_words = serializers.ListField()
    lease_minutes = serializers.IntegerField()
    seed = serializers.IntegerField()


class StudyListOut(serializers.Serializer[Study]):
    """A study in a list."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Study.Kind.choices)
    status = serializers.ChoiceField(choices=Study.Status.choices)
    close_reason = serializers.CharField(allow_blank=True)
    role = serializers.SerializerMethodField(help_text="Your role.")
    created_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Membership.Role.choices))
    def get_role(self, study: Study) -> str:
        """Return the reader's role: given by the view, or found with the row."""
        return str(self.context.get("role") or getattr(study, "role", ""))


class StudyOut(StudyListOut):
    """A study."""

    guidelines = serializers.CharField(allow_blank=True)
    settings = serializers.SerializerMethodField(help_text="Null for annotators, who judge blindly.")

    @extend_schema_field(StudySettingsOut(allow_null=True))
    def get_settings(self, study: Study) -> dict[str, Any] | None:
        """Return the settings to those who may know the baseline's name."""
        if self.get_role(study) == Membership.Role.ANNOTATOR:
            return None
        return dict(StudySettingsOut(study).data)


class MemberIn(Input):
    """A person and the role they get; people who are members already change role."""

    username = serializers.CharField(max_length=150)
    role = Word(Membership.Role.choices)


class MemberOut(serializers.Serializer[Membership]):
    """A person in a study."""

    username = serializers.CharField(source="user.username")
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    created_at = serializers.DateTimeField()


class CandidateChangesIn(Input):
    """What may be changed of a candidate."""

    family = serializers.CharField(required=False, allow_blank=True, max_length=100)
    price = serializers.DecimalField(
        required=False,
        allow_null=True,
        max_digits=12,
        decimal_places=6,
        min_value=0,
        help_text="Money per query, in any one currency.",
    )
    is_active = serializers.BooleanField(required=False)


class CandidateOut(serializers.Serializer[Any]):
    """A candidate; ``id`` is its number in addresses."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    family = serializers.CharField(allow_blank=True)
    price = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True)
    is_active = serializers.BooleanField()
    is_baseline = serializers.SerializerMethodField()

    def get_is_baseline(self, candidate: Any) -> bool:
        """Tell whether the others are compared with this one; the view gives the baseline's key."""
        return bool(candidate.pk == self.context.get("baseline_id"))


class QueryOut(serializers.Serializer[Any]):
    """A query."""

    query_id = serializers.CharField(source="external_id")
    turns = serializers.ListField(child=serializers.CharField())
    category = serializers.CharField(allow_blank=True)
    reference = serializers.CharField(allow_blank=True)
    options = serializers.ListField()
    metadata = serializers.DictField()
