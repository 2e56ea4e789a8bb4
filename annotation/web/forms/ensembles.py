"""The form that asks for an ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from annotation.ensembles.aggregation import RULE_DESCRIPTIONS
from annotation.ensembles.estimators import ESTIMATOR_NAMES
from annotation.lookups.ensemble_view import OBJECTIVE_WORDS, RULE_WORDS
from annotation.models import Candidate
from annotation.rendering.numbers import price
from annotation.services.ensembles import DEFAULT_SIZE, LARGEST_SEED, MOST_VALIDATIONS, EnsembleWish
from annotation.web.forms.base import KeysField, NumberField, PriceField

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.http import QueryDict

    from annotation.lookups.ensemble_data import EnsembleData
    from annotation.lookups.ensemble_view import SettingsView

LARGEST_MONEY = 1_000_000
LIMITS = (("members", "Number of members"), ("money", "Money per query"))
OBJECTIVE_HELP = {
    "mi": "Each new member is the one that adds most to what the others already tell about the right answer.",
    "accuracy": "The most accurate candidates one by one, whether or not they err together.",
    "mrmr": "What a candidate tells, less what it repeats of the others on average.",
    "relevance": "The candidates that tell most one by one, whether or not they repeat each other.",
    "exhaustive": "Compares every set and takes the one that tells most. Only for few candidates.",
    "random": "Members drawn by lot: what choosing carefully has to beat.",
}
RULE_HELP = {"auto": "Every rule is tried on labels it has not seen, and the best one is taken."}
ESTIMATOR_WORDS = {
    "auto": "By the number of labels and members",
    "table": "Counts in a table",
    "pooled": "Pooled log-odds",
    "copula": "Joint law of errors",
}


@dataclass(frozen=True)
class Choice:
    """A candidate to choose from, with its price as it stands in the form."""

    candidate: Candidate
    is_chosen: bool
    price: BoundField


class EnsembleForm(forms.Form):
    """Limits, objective, rule and seed of an ensemble; ``data`` is what the study can build it from."""

    limit = forms.ChoiceField(
        choices=LIMITS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what limits the ensemble."},
    )
    objective = forms.ChoiceField(
        choices=list(OBJECTIVE_WORDS.items()),
        label="How members are chosen",
        help_text="Mutual information is meant for use; the others are there to compare with.",
    )
    rule = forms.ChoiceField(
        choices=[("auto", RULE_WORDS["auto"]), *((name, RULE_WORDS[name]) for name in RULE_DESCRIPTIONS)],
        label="How their answers become one",
        help_text="Leave the choice to cross-validation unless your system can only do one of them.",
    )
    candidates = KeysField(required=False)
    seed = NumberField(
        low=0,
        high=LARGEST_SEED,
        is_whole=True,
        help_text="The same seed, settings and data give the same ensemble again.",
    )
    n_validations = NumberField(
        low=0,
        high=MOST_VALIDATIONS,
        is_whole=True,
        label="Repeats of the validation",
        help_text=f"0 to {MOST_VALIDATIONS}. Each takes five more builds; 0 leaves the accuracy unknown.",
    )
    estimator = forms.ChoiceField(
        choices=[(name, ESTIMATOR_WORDS.get(name, name)) for name in ESTIMATOR_NAMES],
        label="How information is estimated",
    )
    stops_early = forms.BooleanField(
        required=False,
        label="Stop when the next member brings no more than noise",
        help_text="Unticked, the ensemble is as large as the limit allows.",
    )

    def __init__(self, typed: QueryDict | None, *, data: EnsembleData, settings: dict[str, Any]) -> None:
        self.rows = data.candidates
        keys = [candidate.pk for candidate in self.rows]
        super().__init__(typed, initial={"candidates": keys} | settings)
        # A bound form needs the number of its own limit; a fresh one shows neither as optional.
        limit = self["limit"].value() if self.is_bound else ""
        self.fields["size"] = NumberField(
            low=1,
            high=max(1, data.largest_size),
            is_whole=True,
            required=limit != "money",
            label="At most this many members",
            help_text=f"From 1 to {max(1, data.largest_size)}: how many answers per query you can afford.",
        )
        self.fields["money"] = NumberField(
            low=0,
            high=LARGEST_MONEY,
            required=limit != "members",
            label="At most this much per query",
            help_text="What all members together may cost, in the unit of the prices below.",
        )
        for candidate in self.rows:
            self.fields[_price_name(candidate)] = PriceField(
                required=False,
                label=f"Price of {candidate.name}",
                initial=None if candidate.price is None else price(candidate.price).replace(",", ""),
            )
        if data.kind == "pairwise":
            for name in ("rule", "estimator", "n_validations"):
                del self.fields[name]

    def choices(self) -> Iterator[Choice]:
        """Return the candidates with their price fields."""
        chosen = {str(key) for key in self["candidates"].value() or ()}
        for candidate in self.rows:
            yield Choice(candidate, str(candidate.pk) in chosen, self[_price_name(candidate)])

    def clean(self) -> dict[str, Any]:
        """Refuse money without prices beside the field."""
        cleaned = super().clean() or {}
        if len(self.chosen) < 2:
            self.add_error("candidates", "Choose at least two candidates: an ensemble of one is no ensemble.")
        if cleaned.get("limit") == "money":
            for candidate in self.chosen:
                name = _price_name(candidate)
                if name not in self.errors and cleaned.get(name) is None:
                    self.add_error(name, f"Give {candidate.name} a price, or leave it out.")
        return cleaned

    @property
    def chosen(self) -> list[Candidate]:
        """The candidates to choose members from."""
        keys = set(self.cleaned_data.get("candidates") or ())
        return [candidate for candidate in self.rows if candidate.pk in keys]

    def prices(self) -> dict[int, Decimal]:
        """Return the prices that the person changed, by the candidate's key; none where money has no say."""
        if self.cleaned_data["limit"] != "money":
            return {}
        typed = {row: self.cleaned_data.get(_price_name(row)) for row in self.chosen}
        return {row.pk: value for row, value in typed.items() if value is not None and value != row.price}

    def wish(self) -> dict[str, Any]:
        """Return what to ask for, as ``ensemble_start`` takes it."""
        cleaned = self.cleaned_data
        is_money = cleaned["limit"] == "money"
        names = ("objective", "rule", "estimator", "seed", "n_validations", "stops_early")
        return {
            "size": None if is_money else cleaned["size"],
            "money": cleaned["money"] if is_money else None,
            "candidates": [candidate.name for candidate in self.chosen],
            **{name: cleaned[name] for name in names if cleaned.get(name) not in (None, "")},
        }


def _price_name(candidate: Candidate) -> str:
    return f"price_{candidate.pk}"


def first_settings(data: EnsembleData, seed: int) -> dict[str, Any]:
    """Return what the form proposes."""
    wish = EnsembleWish()
    names = ("objective", "rule", "estimator", "n_validations", "stops_early")
    size = min(DEFAULT_SIZE, data.largest_size)
    return {name: getattr(wish, name) for name in names} | {"limit": "members", "size": size, "seed": seed}


def settings_like(data: EnsembleData, settings: SettingsView) -> dict[str, Any]:
    """Return the settings of an earlier run, as far as its candidates are still there."""
    names = ("objective", "rule", "estimator", "n_validations", "stops_early", "seed", "money")
    keys = [candidate.pk for candidate in data.candidates if candidate.name in settings.candidates]
    return {name: getattr(settings, name) for name in names} | {
        "limit": "members" if settings.money is None else "money",
        "size": min(settings.size, max(1, data.largest_size)),
        "candidates": keys,
    }


def objective_lines() -> list[tuple[str, str]]:
    """Return (name, meaning) of every objective."""
    return [(OBJECTIVE_WORDS[name], words) for name, words in OBJECTIVE_HELP.items()]


def rule_lines() -> list[tuple[str, str]]:
    """Return (name, meaning) of every rule."""
    return [(RULE_WORDS[name], words) for name, words in {**RULE_HELP, **RULE_DESCRIPTIONS}.items()]
