"""A fitted ensemble as one small JSON document, and its reader."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.ensembles.aggregation import RULES, FittedRule
from annotation.ensembles.answers import NO_ANSWER
from annotation.exceptions import InvalidValueError

FORMAT = "llm-selector ensemble"
VERSION = 1
DIGITS = 6
_KEYS = ("members", "rule", "parameters", "options")
_PARTS = {"weights": 1, "likelihoods": 3, "patterns": 1}


@dataclass(frozen=True)
class FittedEnsemble:
    """Members, rule and numbers: all that is needed to answer for an ensemble.

    Attributes
    ----------
    members
        Names of the candidates to ask.
    options
        Names of the options.
    rule
        The fitted rule over ``members``.
    provenance
        Seed, hash of the data, number of labels, objective and whatever else tells where it comes from.
    """

    members: tuple[str, ...]
    options: tuple[str, ...]
    rule: FittedRule
    provenance: Mapping[str, Any]

    def predict(self, labels: Mapping[str, Sequence[str]]) -> list[str]:
        """Answer for every query.

        Parameters
        ----------
        labels
            Each member's labels, one per query; further columns are ignored. "-", an empty text and a
            label that was no option when the ensemble was fitted count as no answer.

        Raises
        ------
        InvalidValueError
            When a member's column is missing or the columns differ in length; the message names it.
        """
        missing = [name for name in self.members if name not in labels]
        if missing:
            raise InvalidValueError(
                f"no labels of {', '.join(missing)}: the ensemble asks {', '.join(self.members)}"
            )
        lengths = {name: len(labels[name]) for name in self.members}
        if len(set(lengths.values())) > 1:
            raise InvalidValueError(f"labels per member: {lengths}; must be equally many")
        code = {name: i for i, name in enumerate(self.options)}
        none = len(self.options)
        columns = [[code.get(label, none) for label in labels[name]] for name in self.members]
        answers = np.array(columns, dtype=np.int64).reshape(len(self.members), -1).T
        return [self.options[int(i)] for i in self.rule.predict(answers)]

    def as_dict(self) -> dict[str, Any]:
        """Return the document."""
        parts = {name: getattr(self.rule, name) for name in ("bias", *_PARTS)}
        parameters = {
            name: np.round(part, DIGITS).tolist() for name, part in parts.items() if part is not None
        }
        return {
            "format": FORMAT,
            "version": VERSION,
            "members": list(self.members),
            "rule": self.rule.name,
            "parameters": parameters,
            "options": list(self.options),
            "no_answer": NO_ANSWER,
            **self.provenance,
        }

    def to_json(self) -> str:
        """Return the document as text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False) + "\n"


def read_ensemble(text: str) -> FittedEnsemble:
    """Read a document that `FittedEnsemble.to_json` wrote.

    Raises
    ------
    InvalidValueError
        For text that is no such document, another version, or numbers that do not fit together.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InvalidValueError(f"not an ensemble: not JSON ({error})") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidValueError(f"not an ensemble: its format must be {FORMAT!r}")
    if content.get("version") != VERSION:
        raise InvalidValueError(f"ensemble of version {content.get('version')!r}, this reads {VERSION}")
    lacking = [key for key in _KEYS if key not in content]
    if lacking:
        raise InvalidValueError(f"the ensemble lacks {', '.join(lacking)}")
    rule = _read_rule(content)
    known = {"format", "version", "no_answer", *_KEYS}
    provenance = {key: value for key, value in content.items() if key not in known}
    return FittedEnsemble(tuple(content["members"]), tuple(content["options"]), rule, provenance)


def _read_rule(content: dict[str, Any]) -> FittedRule:
    name, parameters = content["rule"], content["parameters"]
    if name not in RULES:
        raise InvalidValueError(f"rule: {name!r}, must be one of {', '.join(RULES)}")
    try:
        parts = {key: np.array(parameters[key], dtype=np.float64) for key in _PARTS if key in parameters}
        bias = np.array(parameters["bias"], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError(f"parameters of the ensemble: {error!r}") from error
    k, m = len(content["options"]), len(content["members"])
    shapes = {"weights": (m,), "likelihoods": (m, k, k + 1), "patterns": (2**m,)}
    fits = all(part.shape == shapes[key] for key, part in parts.items()) and bias.shape == (k,)
    if not fits or len(parts) != 1:
        raise InvalidValueError(f"parameters of the ensemble do not fit {m} members and {k} options")
    if not all(np.isfinite(part).all() for part in (bias, *parts.values())):
        raise InvalidValueError("parameters of the ensemble: all numbers must be finite")
    return FittedRule(name, bias, **parts)
