"""The law of an outcome and its derivatives."""

import numpy as np
import pytest

from annotation.selection.ordered_logit import expected_score, ordered_logit


class TestLaw:
    ETA = np.array([[-3.0, -0.4], [0.2, 2.5]])

    def test_probabilities_are_those_of_the_ordered_logit(self):
        law = ordered_logit(self.ETA, 0.7)
        not_loss, win = 1 / (1 + np.exp(-self.ETA - 0.7)), 1 / (1 + np.exp(-self.ETA + 0.7))
        assert np.exp(law.log_p) == pytest.approx(np.stack([1 - not_loss, not_loss - win, win]))
        mean = win + (not_loss - win) / 2
        assert law.score == pytest.approx(mean)
        assert expected_score(self.ETA, 0.7) == pytest.approx(mean)
        assert law.score_variance == pytest.approx(win + (not_loss - win) / 4 - mean**2)

    @pytest.mark.parametrize(
        ("whole", "by_eta", "by_cut"),
        [
            ("log_p", "by_eta", "by_cut"),
            ("by_eta", "by_eta_eta", "by_eta_cut"),
            ("by_cut", "by_eta_cut", "by_cut_cut"),
            ("score", "score_by_eta", "score_by_cut"),
        ],
    )
    def test_derivatives_by_differences(self, whole, by_eta, by_cut):
        step, law = 1e-5, ordered_logit(self.ETA, 0.7)
        right, left = ordered_logit(self.ETA + step, 0.7), ordered_logit(self.ETA - step, 0.7)
        slope = (getattr(right, whole) - getattr(left, whole)) / (2 * step)
        assert getattr(law, by_eta) == pytest.approx(slope, abs=1e-8)
        wide, narrow = (
            ordered_logit(self.ETA, 0.7 * np.exp(step)),
            ordered_logit(self.ETA, 0.7 * np.exp(-step)),
        )
        slope = (getattr(wide, whole) - getattr(narrow, whole)) / (2 * step)
        assert getattr(law, by_cut) == pytest.approx(slope, abs=1e-8)

    @pytest.mark.parametrize("cut", [1e-3, 8.0])
    def test_stays_finite_far_out(self, cut):
        law = ordered_logit(np.array([-200.0, 0.0, 200.0]), cut)
        assert all(np.isfinite(array).all() for array in vars(law).values())
