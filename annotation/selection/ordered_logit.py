"""The ordered logistic law of an outcome and its derivatives, tabulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FURTHEST = 40.0
"""Distances from a cut are kept within this many logits: beyond, probabilities are below 1e-17."""


@dataclass(frozen=True)
class OrderedLogit:
    """The law at linear predictors of shape S; arrays of shape (3, *S) are by outcome: loss, draw, win.

    Attributes
    ----------
    log_p
        Log probability of each outcome, (3, *S).
    by_eta, by_cut
        First derivatives of ``log_p`` by the linear predictor and by the logarithm of the cut, (3, *S).
    by_eta_eta, by_eta_cut, by_cut_cut
        Second derivatives of ``log_p``, (3, *S).
    score, score_variance
        Mean and variance of the score (win 1, draw 1/2, loss 0), shape S.
    score_by_eta, score_by_cut
        Derivatives of ``score``, shape S.

    Notes
    -----
    P(win) = s(eta - cut) and P(loss) = s(-eta - cut) with s the logistic function; a draw is what is left:
    P(draw) = s(eta + cut) s(cut - eta) (1 - exp(-2 cut)).
    """

    log_p: NDArray[np.float64]
    by_eta: NDArray[np.float64]
    by_cut: NDArray[np.float64]
    by_eta_eta: NDArray[np.float64]
    by_eta_cut: NDArray[np.float64]
    by_cut_cut: NDArray[np.float64]
    score: NDArray[np.float64]
    score_variance: NDArray[np.float64]
    score_by_eta: NDArray[np.float64]
    score_by_cut: NDArray[np.float64]


def ordered_logit(eta: NDArray[np.float64], cut: float) -> OrderedLogit:
    """Tabulate the law.

    Parameters
    ----------
    eta
        Linear predictor in logits, any shape.
    cut
        Half-width of the draw in logits, above 0.
    """
    win, not_win = _logistic(eta - cut)
    loss, not_loss = _logistic(-eta - cut)
    bend_win, bend_loss = win * not_win, loss * not_loss
    log_not_win, log_not_loss = np.log(not_win), np.log(not_loss)
    apart = 2.0 / np.expm1(2.0 * cut)  # derivative of log(1 - exp(-2 cut))
    by_cut = np.stack([-not_loss, loss + win + apart, -not_win])
    twice_by_cut = np.stack([-bend_loss, -bend_loss - bend_win - apart * (apart + 2.0), -bend_win])
    score = 0.5 * (win + not_loss)
    return OrderedLogit(
        log_p=np.stack(
            [np.log(loss), log_not_win + log_not_loss + np.log(-np.expm1(-2.0 * cut)), np.log(win)]
        ),
        by_eta=np.stack([-not_loss, loss - win, not_win]),
        by_cut=cut * by_cut,
        by_eta_eta=np.stack([-bend_loss, -bend_loss - bend_win, -bend_win]),
        by_eta_cut=cut * np.stack([-bend_loss, bend_win - bend_loss, bend_win]),
        by_cut_cut=cut * (cut * twice_by_cut + by_cut),
        score=score,
        score_variance=np.maximum(win + 0.25 * (not_loss - win) - score**2, 0.0),
        score_by_eta=0.5 * (bend_win + bend_loss),
        score_by_cut=0.5 * cut * (bend_loss - bend_win),
    )


def expected_score(eta: NDArray[np.float64], cut: float) -> NDArray[np.float64]:
    """Return ``ordered_logit(eta, cut).score`` alone."""
    return np.asarray(0.5 * (_logistic(eta - cut)[0] + _logistic(eta + cut)[0]))


def _logistic(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return s(x) and 1 - s(x), both to full relative precision."""
    ratio = np.exp(-np.clip(x, -FURTHEST, FURTHEST))
    above = 1.0 / (1.0 + ratio)
    return above, ratio * above
