"""Three estimators of the same information agree where all of them hold."""

import numpy as np
import pytest

from annotation.ensembles.error_law import ErrorLaw, set_information
from annotation.ensembles.estimators import make_estimator, name_estimator
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.gains import CopulaGains, PooledGains, TableGains
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import draw_table, family_law, independent_law

FREE = np.ones(12)


@pytest.mark.parametrize("name", ["table", "pooled", "copula"])
def test_information_of_independent_candidates_is_the_laws(name):
    law = independent_law(0.1, 0.2, 0.3, 0.4)
    evidence = Evidence(draw_table(law, 8000))
    expected = float(set_information(law.pick([0, 1, 2]).pattern_probabilities()))
    assert make_estimator(evidence, 3, name).information([0, 1, 2]) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("make", [TableGains, PooledGains, lambda evidence: CopulaGains(evidence.law)])
def test_gains_add_up_to_information(make):
    estimator = make(Evidence(draw_table(family_law(4, n=6)[0], 3000)))
    step = estimator.step([0], np.ones(6))
    for candidate, gain in zip(step.candidates, step.gain, strict=True):
        before, after = estimator.information([0]), estimator.information([0, int(candidate)])
        assert gain == pytest.approx(after - before, abs=1e-3)
        assert estimator.step([0], np.ones(6), only=int(candidate)).gain[0] == pytest.approx(gain, abs=1e-6)


def test_a_copy_brings_nothing():
    table = draw_table(independent_law(0.2, 0.3), 2000)
    table = table.pick([0, 1, 0])
    for make in (TableGains, PooledGains):
        step = make(Evidence(table)).step([0], np.ones(3))
        gain = dict(zip(step.candidates.tolist(), step.gain, strict=True))
        assert gain[2] < 0.01 < 0.03 < gain[1]


def test_the_noise_of_a_gain_is_its_spread_over_samples():
    law = independent_law(0.2, 0.25, 0.3)
    gains, noises = [], []
    for seed in range(40):
        step = PooledGains(Evidence(draw_table(law, 400, seed))).step([0], np.ones(3), only=1)
        gains.append(step.gain[0])
        noises.append(step.noise[0])
    assert np.mean(noises) == pytest.approx(np.std(gains), rel=0.35)


def test_the_copulas_noise_agrees_with_the_tables():
    law = independent_law(0.2, 0.25, 0.3)
    evidence = Evidence(draw_table(law, 1000))
    copula = CopulaGains(ErrorLaw(law.error, law.correlation, 1000.0)).step([0], np.ones(3), only=1)
    table = TableGains(evidence).step([0], np.ones(3), only=1)
    assert copula.noise[0] == pytest.approx(table.noise[0], rel=0.2)
    assert CopulaGains(law).step([0], np.ones(3)).noise.tolist() == [0.0, 0.0]


def test_the_rule_takes_tables_while_labels_fill_them():
    table = draw_table(independent_law(0.2, 0.3, 0.3), 200)
    assert name_estimator(table, 3) == "pooled"
    assert name_estimator(table, 2) == "table"
    assert name_estimator(table, 2, "copula") == "copula"
    with pytest.raises(InvalidValueError, match="estimator: 'best'"):
        name_estimator(table, 2, "best")


def test_the_rule_takes_the_copula_where_features_do_not_fit(monkeypatch):
    monkeypatch.setattr("annotation.ensembles.estimators.MAX_CELLS", 100)
    assert name_estimator(draw_table(independent_law(0.2, 0.3, 0.3), 200), 3) == "copula"


def test_steps_asked_for_twice_are_told_apart_by_price_and_order():
    gains = PooledGains(Evidence(draw_table(family_law(2, n=12)[0], 200)))
    dear = np.where(np.arange(12) < 6, 100.0, 1.0)
    first, again, priced = gains.step([0], FREE), gains.step([0], FREE), gains.step([0], dear)
    assert first is again
    assert priced is not first
    np.testing.assert_allclose(
        gains.step([3], FREE, only=5).gain, [gains.information([3, 5]) - gains.information([3])], atol=1e-6
    )
