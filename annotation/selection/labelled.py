"""Strategies for labelled studies: one label per query resolves every candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.expected import plogp
from annotation.selection.outcomes import MISSING, Outcome
from annotation.selection.parameters import Parameter
from annotation.selection.posterior import normalise_log
from annotation.selection.strategy import DELTA
from annotation.selection.whole_query import WholeQueryStrategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

ERROR_RATE = Parameter(
    "error_rate",
    0.45,
    "How often the best candidate's label is taken to be wrong; nearer to 0.5 trusts each label less.",
    low=0.01,
    high=0.49,
)
TEMPERATURE = Parameter(
    "temperature",
    5.0,
    "Correct answers that change the odds between two candidates by a factor of e.",
    low=0.1,
    high=1000.0,
)


def is_right(outcomes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which entries were right on each query, the baseline last, shape (n_queries, n_candidates + 1).

    Parameters
    ----------
    outcomes
        Shape (n_queries, n_candidates); right against a wrong baseline is a win, the reverse a loss.

    Notes
    -----
    A loss anywhere shows that the baseline was right, and then a draw is right too. Without any loss, draws
    count as wrong: either the baseline was wrong, or everybody was right, which tells nothing apart.
    """
    baseline = (outcomes == Outcome.LOSS).any(axis=1)
    right = (outcomes == Outcome.WIN) | ((outcomes == Outcome.DRAW) & baseline[:, None])
    return np.column_stack([right, baseline])


class LabelPosterior:
    """Multiplies an entry's weight by a constant factor for each right answer.

    Parameters
    ----------
    problem
        Gives the comparisons of each query.
    log_gain
        Logarithm of the factor.
    """

    def __init__(self, problem: SelectionProblem, log_gain: float) -> None:
        self._is_askable = problem.is_askable
        self.log_gain = log_gain

    def log_posterior(self, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return the normalised log posterior, shape (n_entries,), from completely judged queries."""
        is_told = outcomes != MISSING
        is_complete = is_told.any(axis=1) & ~(self._is_askable & ~is_told).any(axis=1)
        return normalise_log(is_right(outcomes[is_complete]).sum(axis=0) * self.log_gain)


class LabelledStrategy(WholeQueryStrategy):
    """Base of the strategies that look at the candidates' labels.

    Notes
    -----
    Needs ``problem.predictions``; without them queries come in random order.
    """

    study_kinds = frozenset({"labelled"})

    def _label_masses(self, queries: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the posterior mass behind each label and its p log p, shape (n_labels, n_queries) each."""
        predictions = self.problem.predictions
        if predictions is None or predictions.size == 0:
            return np.ones((1, len(queries))), np.zeros((1, len(queries)))
        p = np.exp(self._posterior.log_posterior(self.outcomes))
        votes = predictions[queries]
        labels = range(int(predictions.max(initial=0)) + 1)
        mass = np.stack([(votes == label) @ p for label in labels])
        return mass, np.stack([(votes == label) @ plogp(p) for label in labels])


class ModelSelectorStrategy(LabelledStrategy):
    """Model Selector: the query whose label leaves the least entropy, averaged over labels.

    Notes
    -----
    p_j is multiplied by gamma = (1 - e) / e for a right answer. After label y, with mass m_y behind it,
    Z = 1 + (gamma - 1) m_y and H = log Z - (sum p log p + (gamma - 1) plogp_y + gamma log(gamma) m_y) / Z.

    References
    ----------
    Model Selector, arXiv 2410.13609.
    """

    name = "model_selector"
    label = "Model Selector (labelled studies)"
    description = "Asks for the label that is expected to leave the least doubt about the best candidate."
    reason = "Its label is expected to say most about which is best."
    parameters = (DELTA, ERROR_RATE)

    def _make_posterior(self) -> LabelPosterior:
        return LabelPosterior(self.problem, self._log_gain())

    def _log_gain(self) -> float:
        error = float(self.params["error_rate"])
        return float(np.log((1.0 - error) / error))

    def _expected_entropy(self, cost: float) -> float:
        return cost

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        gain = self._log_gain()
        gamma = np.exp(gain)
        mass, mass_log = self._label_masses(queries)
        z = 1.0 + (gamma - 1.0) * mass
        p = np.exp(self._posterior.log_posterior(self.outcomes))
        inner = plogp(p).sum() + (gamma - 1.0) * mass_log + gamma * gain * mass
        cost: NDArray[np.float64] = np.maximum(np.log(z) - inner / z, 0.0).mean(axis=0)
        return cost


class SelectLLMStrategy(LabelledStrategy):
    """Select-LLM with exact match: the query whose answers divide the posterior most evenly.

    Notes
    -----
    p_j is proportional to exp(number correct_j / temperature); score: the sum over labels of the squared mass
    voting for it.

    References
    ----------
    Select-LLM, arXiv 2605.24981.
    """

    name = "select_llm"
    label = "Select-LLM (labelled studies)"
    description = "Asks for the label on which the likely best candidates are most divided."
    reason = "The likely best candidates are most divided here."
    parameters = (DELTA, TEMPERATURE)

    def _make_posterior(self) -> LabelPosterior:
        return LabelPosterior(self.problem, 1.0 / float(self.params["temperature"]))

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        mass, _ = self._label_masses(queries)
        cost: NDArray[np.float64] = (mass**2).sum(axis=0)
        return cost
