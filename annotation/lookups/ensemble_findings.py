"""What a finished ensemble run found, as plain frozen values.

Information is in nats, accuracies, gains and error rates are fractions from 0 to 1 (gains from -1), prices
are money per query. Intervals are of 95 %. A number that is not known is ``None``, never NaN.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class StepView:
    """One candidate that joins, in order, and what it brings (nats).

    Attributes
    ----------
    position
        From 1.
    candidate, price
        Name; price per query or None.
    relevance, redundancy, complementarity
        The three terms: gain = relevance - redundancy + complementarity.
    gain, noise
        I(Y; X_j | X_S) and its standard error.
    information
        I(Y; X_S) with this one.
    is_above_noise
        Whether the gain exceeds its noise.
    is_member
        Whether it is within the recommended size.
    """

    position: int
    candidate: str
    price: float | None
    relevance: float
    redundancy: float
    complementarity: float
    gain: float
    noise: float
    information: float
    is_above_noise: bool
    is_member: bool


@dataclass(frozen=True)
class SizeView:
    """The ensemble of one size.

    Attributes
    ----------
    size
        Members.
    accuracy
        See ``EnsembleFindings.accuracy_label``; None when nothing was validated.
    top_k
        The same of the most accurate candidates, combined likewise; None when not compared.
    gain, gain_over_top_k
        Paired differences to the best single candidate and to the top k.
    is_recommended
        Whether this is the recommended size.
    """

    size: int
    accuracy: Interval | None
    top_k: Interval | None
    gain: Interval | None
    gain_over_top_k: Interval | None
    is_recommended: bool


@dataclass(frozen=True)
class RuleView:
    """A rule and its accuracy in cross-validation inside the labels; None when it was not tried."""

    name: str
    label: str
    accuracy: float | None
    is_chosen: bool


@dataclass(frozen=True)
class MemberView:
    """A candidate that the ensemble asks, with its price per query."""

    candidate: str
    price: float | None


@dataclass(frozen=True)
class BestSingleView:
    """The most accurate affordable candidate and its accuracy, measured as the ensemble's."""

    candidate: str
    accuracy: Interval | None


@dataclass(frozen=True)
class FloorView:
    """The error floor of the chosen set: an error rate, with the equal error and correlation behind it.

    The line in the plot of accuracy is at ``1 - value``. ``is_limit`` says whether nothing that was measured
    passes it: it takes members as equally good, and a set that leans on better ones may do so.
    """

    value: float
    low: float
    high: float
    error: float
    correlation: float
    is_limit: bool


@dataclass(frozen=True)
class MatrixView:
    """A symmetric matrix with the names of its rows, ``values[i][j]``."""

    candidates: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class JointView:
    """How many queries are judged for two candidates at once; pairwise studies only.

    Attributes
    ----------
    counts
        Of every pair of steps; the diagonal counts the queries of one.
    n_queries
        Queries judged for at least two candidates.
    least
        Fewest of any pair of members.
    n_needed
        How many every pair of members should have.
    """

    counts: MatrixView
    n_queries: int
    least: int
    n_needed: int


@dataclass(frozen=True)
class EnsembleFindings:
    """What a finished run found.

    Attributes
    ----------
    sentence
        Whether the ensemble pays, in one plain sentence.
    evidence
        What it rests on and whether that is enough, in one or two sentences.
    is_enough
        The same as a yes or no.
    accuracy_label
        What every accuracy here means: held-out accuracy, or one minus the error under the law of errors.
    members
        Candidates that the rule asks; one alone where no ensemble pays.
    price
        Money per query of the members together; None unless all have a price.
    size
        Recommended number of members: up to the first gain that is not above its noise.
    rule, rule_label, rules
        The rule, and every rule that was tried.
    estimator
        Estimator of information that was used.
    steps
        Candidates in the order of joining, up to the budget.
    sizes
        One entry per size, from 1 up.
    best_single
        What the ensemble has to beat.
    accuracy, gain, gain_over_top_k
        At the recommended size; None when nothing was validated.
    floor
        Error floor.
    correlation
        Latent correlations of errors, in the order of ``steps``.
    joint
        Pairwise studies only.
    """

    sentence: str
    evidence: str
    is_enough: bool
    accuracy_label: str
    members: tuple[MemberView, ...]
    price: float | None
    size: int
    rule: str
    rule_label: str
    rules: tuple[RuleView, ...]
    estimator: str
    steps: tuple[StepView, ...]
    sizes: tuple[SizeView, ...]
    best_single: BestSingleView
    accuracy: Interval | None
    gain: Interval | None
    gain_over_top_k: Interval | None
    floor: FloorView
    correlation: MatrixView
    joint: JointView | None
