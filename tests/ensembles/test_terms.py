"""The three terms of a gain add up, and vanish where they should."""

import numpy as np
import pytest

from annotation.ensembles.error_law import ErrorLaw
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.gains import CopulaGains, PooledGains
from annotation.ensembles.greedy import criteria_of_labels, criteria_of_law
from annotation.ensembles.terms import Step, explain_steps, recommended_size
from tests.ensembles.worlds import draw_table, family_law, independent_law


def explain(law, members):
    return explain_steps(members, CopulaGains(law), criteria_of_law(law), law)


def test_the_chain_rule_holds_at_every_step():
    for step in explain(family_law(5)[0], [3, 7, 1, 9]):
        assert step.gain == pytest.approx(step.relevance - step.redundancy + step.complementarity)
        assert min(step.redundancy, step.complementarity) >= -1e-12


def test_redundancy_and_complementarity_are_the_joint_laws():
    """Two members: I(X1; X2) and I(X1; X2 | Y) written out from their joint probabilities."""
    law = ErrorLaw(np.array([0.2, 0.3]), np.array([[1.0, 0.5], [0.5, 1.0]]))
    p = law.pattern_probabilities()
    x = (p + p[::-1]) / 2
    redundancy = (x * np.log(x / 0.25)).sum()
    product = np.array([0.8 * 0.7, 0.2 * 0.7, 0.8 * 0.3, 0.2 * 0.3])
    step = explain(law, [0, 1])[1]
    assert step.redundancy == pytest.approx(redundancy, abs=1e-4)
    assert step.complementarity == pytest.approx((p * np.log(p / product)).sum(), abs=1e-4)


def test_independent_errors_have_no_complementarity_and_the_first_member_only_relevance():
    first, second = explain(independent_law(0.1, 0.3), [0, 1])
    assert second.complementarity == pytest.approx(0.0, abs=1e-12)
    assert second.redundancy > 0
    assert (first.redundancy, first.complementarity) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_terms_of_the_pool_add_up_on_labels():
    evidence = Evidence(draw_table(family_law(6)[0], 500))
    steps = explain_steps([0, 8, 3], PooledGains(evidence), criteria_of_labels(evidence), evidence.law)
    for step in steps:
        assert step.gain == pytest.approx(step.relevance - step.redundancy + step.complementarity)
        assert step.redundancy >= -1e-12
    assert steps[-1].information == pytest.approx(sum(step.gain for step in steps))


def make_step(gain, noise):
    return Step(0, gain, 0.0, 0.0, gain, noise, gain)


@pytest.mark.parametrize(
    ("gains", "size"),
    [
        ([(0.5, 0.1), (0.2, 0.1), (0.05, 0.1), (0.3, 0.1)], 2),
        ([(0.0, 0.1)], 1),
        ([(0.5, 0.1), (0.2, 0.1)], 2),
    ],
)
def test_adding_stops_before_the_first_gain_within_its_noise(gains, size):
    assert recommended_size([make_step(*pair) for pair in gains]) == size
