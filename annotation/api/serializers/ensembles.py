"""Ensemble runs. Information is in nats; accuracies, gains and errors are fractions; intervals of 95 %."""

from typing import Any

from rest_framework import serializers

from annotation.api.serializers.base import Input, Word
from annotation.ensembles.aggregation import RULES
from annotation.ensembles.estimators import ESTIMATOR_NAMES
from annotation.ensembles.greedy import OBJECTIVES
from annotation.lookups.ensemble_view import view_ensemble
from annotation.models import BackgroundRun, EnsembleRun, Study
from annotation.services.ensembles import LARGEST_SEED, MOST_VALIDATIONS

Out = serializers.Serializer[Any]


class EnsembleIn(Input):
    """What to build; whatever is left out takes its usual value."""

    size = serializers.IntegerField(required=False, help_text="Most members; usually 5.")
    money = serializers.FloatField(
        required=False, allow_null=True, help_text="Most money per query; every candidate then needs a price."
    )
    objective = Word(OBJECTIVES, required=False)
    rule = Word(("auto", *RULES), required=False, help_text="Labelled studies only.")
    estimator = Word(ESTIMATOR_NAMES, required=False, help_text="Labelled studies only.")
    seed = serializers.IntegerField(
        required=False, min_value=0, max_value=LARGEST_SEED, help_text="Usually the study's."
    )
    n_validations = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_VALIDATIONS,
        help_text="Repeats of nested cross-validation; labelled studies only.",
    )
    stops_early = serializers.BooleanField(
        required=False, help_text="Leave out members from the first on whose gain is not above its noise."
    )
    candidates = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Names to choose from; usually all."
    )


class EnsembleChangeIn(Input):
    """What can be changed about a run."""

    is_in_report = serializers.BooleanField(help_text="Whether the report shows this run, not the newest.")


class IntervalOut(Out):
    """An estimate with its interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class EnsembleSettingsOut(Out):
    """What was asked for."""

    size = serializers.IntegerField()
    money = serializers.FloatField(allow_null=True)
    prices = serializers.DictField(child=serializers.FloatField())
    objective = serializers.ChoiceField(choices=OBJECTIVES)
    rule = serializers.ChoiceField(choices=("auto", *RULES))
    estimator = serializers.ChoiceField(choices=ESTIMATOR_NAMES)
    seed = serializers.IntegerField()
    n_validations = serializers.IntegerField()
    stops_early = serializers.BooleanField()
    candidates = serializers.ListField(child=serializers.CharField())


class EnsembleStepOut(Out):
    """One candidate that joins: gain = relevance - redundancy + complementarity."""

    candidate = serializers.CharField()
    price = serializers.FloatField(allow_null=True)
    relevance = serializers.FloatField(allow_null=True)
    redundancy = serializers.FloatField(allow_null=True)
    complementarity = serializers.FloatField(allow_null=True)
    gain = serializers.FloatField(allow_null=True)
    noise = serializers.FloatField(allow_null=True, help_text="Standard error of the gain.")
    information = serializers.FloatField(allow_null=True)
    is_above_noise = serializers.BooleanField()
    is_member = serializers.BooleanField()


class EnsembleSizeOut(Out):
    """The ensemble of one size; null where nothing was validated."""

    size = serializers.IntegerField()
    accuracy = IntervalOut(allow_null=True)
    top_k = IntervalOut(allow_null=True)
    gain = IntervalOut(allow_null=True, help_text="Over the best single candidate.")
    gain_over_top_k = IntervalOut(allow_null=True)
    is_recommended = serializers.BooleanField()


class EnsembleRuleOut(Out):
    """A rule and its accuracy in cross-validation inside the labels."""

    name = serializers.CharField()
    accuracy = serializers.FloatField(allow_null=True)
    is_chosen = serializers.BooleanField()


class EnsembleMemberOut(Out):
    """A candidate that the ensemble asks."""

    candidate = serializers.CharField()
    price = serializers.FloatField(allow_null=True)


class BestSingleOut(Out):
    """The most accurate affordable candidate."""

    candidate = serializers.CharField()
    accuracy = IntervalOut(allow_null=True)


class EnsembleFloorOut(IntervalOut):
    """The error floor, with the equal error and latent correlation behind it."""

    error = serializers.FloatField()
    correlation = serializers.FloatField()
    is_limit = serializers.BooleanField(
        help_text="False where something measured passes it: the candidates are not equally good."
    )


class EnsembleMatrixOut(Out):
    """A symmetric matrix with the names of its rows."""

    candidates = serializers.ListField(child=serializers.CharField())
    values = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class EnsembleJointOut(Out):
    """Queries judged for two candidates at once."""

    counts = EnsembleMatrixOut()
    n_queries = serializers.IntegerField()
    least = serializers.IntegerField()
    n_needed = serializers.IntegerField()


class EnsembleFindingsOut(Out):
    """What a finished run found."""

    sentence = serializers.CharField(help_text="Whether the ensemble pays.")
    evidence = serializers.CharField()
    is_enough = serializers.BooleanField()
    accuracy_label = serializers.CharField(help_text="What every accuracy here means.")
    members = EnsembleMemberOut(many=True)
    price = serializers.FloatField(allow_null=True, help_text="Per query, of the members together.")
    size = serializers.IntegerField(help_text="Recommended number of members.")
    rule = serializers.CharField()
    rules = EnsembleRuleOut(many=True)
    estimator = serializers.CharField()
    steps = EnsembleStepOut(many=True)
    sizes = EnsembleSizeOut(many=True)
    best_single = BestSingleOut()
    accuracy = IntervalOut(allow_null=True)
    gain = IntervalOut(allow_null=True)
    gain_over_top_k = IntervalOut(allow_null=True)
    floor = EnsembleFloorOut()
    correlation = EnsembleMatrixOut()
    joint = EnsembleJointOut(allow_null=True, help_text="Pairwise studies only.")


class EnsembleOut(serializers.Serializer[EnsembleRun]):
    """An ensemble run: ask again until ``status`` is done or failed."""

    id = serializers.IntegerField()
    study = serializers.CharField()
    kind = serializers.ChoiceField(choices=Study.Kind.choices)
    author = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    run_id = serializers.IntegerField(help_text="Of the background run.")
    status = serializers.ChoiceField(choices=BackgroundRun.Status.choices)
    progress = serializers.FloatField(help_text="0 to 1.")
    message = serializers.CharField(allow_blank=True)
    settings = EnsembleSettingsOut()
    n_labels = serializers.IntegerField(allow_null=True)
    data_hash = serializers.CharField(allow_blank=True)
    is_in_report = serializers.BooleanField()
    has_file = serializers.BooleanField(help_text="Whether there is a fitted ensemble to download.")
    findings = EnsembleFindingsOut(allow_null=True)

    def to_representation(self, row: EnsembleRun) -> Any:
        """Show the row as pages do."""
        return super().to_representation(view_ensemble(row))  # type: ignore[arg-type]
