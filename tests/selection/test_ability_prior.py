"""The prior of abilities against brute force."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from annotation.selection.ability_prior import (
    ABILITY_SCALE,
    ABILITY_SCALE_LOG_SD,
    SCALES,
    SHARES,
    AbilityPrior,
)


def draw_relation(rng, n, n_columns=2):
    columns = rng.standard_normal((n, n_columns))
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return columns @ columns.T / n_columns


def condition(prior, seen, noise):
    """The posterior of abilities seen with Gaussian noise, under the present prior."""
    covariance = np.linalg.inv(prior.precision + np.linalg.inv(noise))
    return covariance @ np.linalg.solve(noise, seen), covariance


class TestAbilityPrior:
    def test_averages_over_scales_and_shares_by_their_evidence(self, rng):
        n = 12
        relation, noise = draw_relation(rng, n), np.diag(rng.uniform(0.1, 3.0, n))
        seen = rng.normal(0.5, 1.2, n)
        prior = AbilityPrior(n, relation)
        for _ in range(2):  # the second time from another prior, to the same result
            prior.learn(*condition(prior, seen, noise))
            total = sum_variance = sum_related = 0.0
            for share in SHARES:
                for scale in SCALES:
                    unit = (1 - share) * np.eye(n) + share * relation + 1.0
                    density = multivariate_normal(np.zeros(n), scale**2 * unit + noise).pdf(seen)
                    density *= np.exp(-0.5 * (np.log(scale / ABILITY_SCALE) / ABILITY_SCALE_LOG_SD) ** 2)
                    total += density
                    sum_variance += density * scale**2
                    sum_related += density * scale**2 * share
            assert prior.scale == pytest.approx(np.sqrt(sum_variance / total))
            assert prior.explained == pytest.approx(sum_related / sum_variance)
            expected = (1 - prior.explained) * np.eye(n) + prior.explained * relation + 1.0
            assert np.linalg.inv(prior.precision) == pytest.approx(prior.scale**2 * expected)

    def test_finds_whether_covariates_explain_the_abilities(self, rng):
        n, explained = 50, {}
        for name, weight in (("related", 2.0), ("unrelated", 0.0)):
            covariate = rng.standard_normal(n)
            covariate = (covariate - covariate.mean()) / covariate.std()
            prior = AbilityPrior(n, np.outer(covariate, covariate))
            seen = weight * covariate + rng.normal(0, 0.5 if weight else 1.5, n)
            prior.learn(*condition(prior, seen, 0.25 * np.eye(n)))
            explained[name] = prior.explained
        assert explained["related"] > 0.7
        assert explained["unrelated"] < 0.4

    def test_without_verdicts_or_covariates_it_stays_the_guess(self):
        prior = AbilityPrior(5)
        assert prior.explained == 0.0
        prior.learn(np.zeros(5), np.linalg.inv(prior.precision))
        weight = np.exp(-0.5 * (np.log(SCALES / ABILITY_SCALE) / ABILITY_SCALE_LOG_SD) ** 2)
        assert prior.scale == pytest.approx(np.sqrt((weight * SCALES**2).sum() / weight.sum()))
