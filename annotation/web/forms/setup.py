"""The form with everything that a lead decides about a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from annotation.models import Study
from annotation.rendering.numbers import plural
from annotation.selection import strategies_for
from annotation.web.forms.base import KeysField, NumberField
from annotation.web.forms.labels import FIELDS as LABEL_FIELDS
from annotation.web.forms.labels import gold_field, words_field

if TYPE_CHECKING:
    from django.forms import BoundField

    from annotation.lookups.pool import PoolRow
    from annotation.selection.parameters import Parameter

# A setting of the study decides it for every strategy: near_delta.
SHARED_PARAMETER = "delta"
# These concern the pool; all others are settings of the study.
POOL_FIELDS = ("candidates", "shown")
LARGEST_BUDGET = 10_000_000
# Of the strategies in the registry's order; the page folds up the others.
N_FIRST = 4


@dataclass(frozen=True)
class StrategyOption:
    """One strategy as the page shows it, with the fields of its parameters."""

    name: str
    label: str
    description: str
    is_chosen: bool
    fields: list[BoundField]


class SetupForm(forms.Form):
    """Settings and pool of one study; ``rows`` are its candidates, ``suggested`` the key of a baseline."""

    name = forms.CharField(max_length=200, error_messages={"required": "The study needs a name."})
    baseline = forms.TypedChoiceField(
        coerce=int, error_messages={"required": "Choose what the candidates are compared with."}
    )
    candidates = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Untick those that should not be asked about.",
    )
    # A candidate that an import brought meanwhile was never on the page: nobody unticked it.
    shown = KeysField(required=False, widget=forms.MultipleHiddenInput)
    strategy = forms.ChoiceField(widget=forms.RadioSelect)
    budget = NumberField(
        low=1,
        high=LARGEST_BUDGET,
        is_whole=True,
        required=False,
        help_text="Verdicts that may be spent at most. Empty: no limit.",
    )
    target_p_best = NumberField(
        low=0.5,
        high=0.999,
        label="Stop when the probability of being near the best reaches",
        help_text="0.5 to 0.999; usual is 0.95. It must stay there through the last tenth of the verdicts.",
    )
    near_delta = NumberField(
        low=0.0,
        high=0.2,
        label="Count as best what is within",
        help_text="0 to 0.2 of a win rate: a difference too small to matter to you.",
    )
    overlap = NumberField(
        low=1,
        high=9,
        is_whole=True,
        label="Verdicts per comparison",
        help_text="1 to 9 people judge each comparison. More than 1 measures how far they agree.",
    )
    lease_minutes = NumberField(
        low=1,
        high=1440,
        is_whole=True,
        label="Minutes that a comparison stays on a desk",
        help_text="1 to 1,440; after that it goes to somebody else.",
    )
    is_grouping_queries = forms.BooleanField(
        required=False,
        label="Show responses to one query one after the other",
        help_text="Quicker to judge: the query has been read already.",
    )
    guidelines = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown. Annotators see it with the key g.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        study: Study,
        rows: Sequence[PoolRow],
        has_verdicts: bool,
        suggested: int | None = None,
    ) -> None:
        initial = {field: getattr(study, field) for field in self.base_fields if hasattr(study, field)}
        initial["baseline"] = study.baseline_id or suggested
        initial["candidates"] = [row.candidate.pk for row in rows if row.candidate.is_active]
        initial["shown"] = [row.candidate.pk for row in rows]
        self.strategies = strategies_for(study.kind)
        if study.strategy not in self.strategies:
            initial["strategy"] = next(iter(self.strategies))
        super().__init__(data, initial=initial, label_suffix="")
        self.is_labelled = study.kind == Study.Kind.LABELLED
        if self.is_labelled:
            self._fit_to_labels(study)
        self.is_draft = study.status == Study.Status.DRAFT
        self.rows = rows
        self._fill_choices(has_verdicts)
        for name, strategy in self.strategies.items():
            for parameter in own_parameters(strategy.parameters):
                field = parameter_field(parameter)
                if name == study.strategy:
                    field.initial = study.strategy_params.get(parameter.name, parameter.default)
                self.fields[f"{name}.{parameter.name}"] = field

    def _fit_to_labels(self, study: Study) -> None:
        """Leave out what concerns comparisons, and ask what concerns labels."""
        del self.fields["is_grouping_queries"]
        self.fields["overlap"].label = "Labels per query"
        self.fields["lease_minutes"].label = "Minutes that a query stays on a desk"
        self.fields["guidelines"].help_text = "Markdown. Annotators see it with the key l."
        self.fields["budget"].help_text = "Labels that people may give at most. Empty: no limit."
        self.fields["overlap"].help_text = "How many people label each query; the majority counts."
        self.fields["label_words"] = words_field()
        self.initial["label_words"] = study.label_words
        if study.queries.exclude(gold="").exists():
            self.fields["is_gold_counted"] = gold_field()
            self.initial["is_gold_counted"] = "yes" if study.is_gold_counted else "no"

    def _fill_choices(self, has_verdicts: bool) -> None:
        named = [(row.candidate.pk, candidate_words(row)) for row in self.rows]
        fields: dict[str, Any] = self.fields
        fields["candidates"].choices = named
        fields["strategy"].choices = [(name, cls.label) for name, cls in self.strategies.items()]
        fields["baseline"].choices = [("", "not chosen yet"), *named]
        fields["baseline"].disabled = has_verdicts
        fields["baseline"].help_text = (
            "It stays: what was decided so far rests on it."
            if has_verdicts
            else "Every candidate is compared with this one. It cannot change once there are verdicts."
        )

    def clean(self) -> dict[str, Any]:
        """Check what concerns more than one field."""
        values = super().clean() or self.cleaned_data
        self._pass_over_other_strategies(str(values.get("strategy")))
        others = set(values.get("candidates") or ()) - {values.get("baseline")}
        is_saving_draft = self.is_draft and self.data.get("action") != "open"
        if not others and not is_saving_draft:
            self.add_error("candidates", "Tick at least one candidate beside the baseline.")
        return values

    def _pass_over_other_strategies(self, chosen: str) -> None:
        """Forget what is wrong with parameters that nobody is going to use."""
        for field in set(self.fields) - set(self.base_fields) - set(LABEL_FIELDS):
            if not field.startswith(f"{chosen}."):
                self.errors.pop(field, None)

    @property
    def active_ids(self) -> set[int]:
        """Keys of the candidates that are to be active: the baseline always, those not shown as they were."""
        shown = set(self.cleaned_data["shown"]) or {row.candidate.pk for row in self.rows}
        unseen = {row.candidate.pk for row in self.rows if row.candidate.is_active} - shown
        return {*self.cleaned_data["candidates"], self.cleaned_data["baseline"], *unseen}

    def settings(self) -> dict[str, Any]:
        """Return what `study_update` takes, the baseline as a candidate."""
        names = {*self.base_fields, *LABEL_FIELDS} & set(self.fields) - set(POOL_FIELDS)
        values = {name: self.cleaned_data[name] for name in names}
        by_key = {row.candidate.pk: row.candidate for row in self.rows}
        values["baseline"] = by_key[values["baseline"]]
        values["strategy_params"] = self._strategy_params(values["strategy"], values["near_delta"])
        return values

    def _strategy_params(self, strategy: str, near_delta: float) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for parameter in self.strategies[strategy].parameters:
            value = self.cleaned_data.get(f"{strategy}.{parameter.name}")
            params[parameter.name] = parameter.default if value is None else value
        if SHARED_PARAMETER in params:
            params[SHARED_PARAMETER] = near_delta
        return params

    def first_strategies(self) -> list[StrategyOption]:
        """Return those that are worth a choice, each with the fields of its parameters."""
        return list(self._strategies())[:N_FIRST]

    def other_strategies(self) -> list[StrategyOption]:
        """Return the rest, which serves comparisons."""
        return list(self._strategies())[N_FIRST:]

    def is_other_chosen(self) -> bool:
        """Whether the chosen strategy is one of the rest."""
        return any(option.is_chosen for option in self.other_strategies())

    def _strategies(self) -> Iterator[StrategyOption]:
        chosen = self["strategy"].value()
        for name, strategy in self.strategies.items():
            fields = [self[f"{name}.{parameter.name}"] for parameter in own_parameters(strategy.parameters)]
            yield StrategyOption(name, strategy.label, strategy.description, name == chosen, fields)


def own_parameters(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Return the parameters that only their strategy has."""
    return [parameter for parameter in parameters if parameter.name != SHARED_PARAMETER]


def parameter_field(parameter: Parameter) -> forms.Field:
    """Return the form field of a strategy's parameter."""
    label = parameter.name.replace("_", " ").capitalize()
    # A browser hides those of strategies that are not chosen: what is missing takes its default.
    options: dict[str, Any] = {"label": label, "initial": parameter.default, "required": False}
    if isinstance(parameter.default, bool):
        return forms.BooleanField(help_text=parameter.description, **options)
    if isinstance(parameter.default, str):
        choices = [(choice, choice) for choice in parameter.choices]
        return forms.TypedChoiceField(
            choices=choices, empty_value=None, help_text=parameter.description, **options
        )
    field = NumberField(
        low=parameter.low, high=parameter.high, is_whole=isinstance(parameter.default, int), **options
    )
    field.help_text = f"{parameter.description} Must be {field.allowed}; empty means {parameter.default}."
    return field


def candidate_words(row: PoolRow) -> str:
    """Name a candidate, and say what is missing of it."""
    if row.n_responses == row.n_queries:
        return row.candidate.name
    return f"{row.candidate.name} ({row.n_responses:,} of {plural(row.n_queries, 'response')})"
