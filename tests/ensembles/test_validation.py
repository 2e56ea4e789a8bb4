"""Intervals that respect what belongs together, and the sentence."""

import numpy as np
import pytest

from annotation.ensembles.validation import Estimate, HeldOut, clustered_mean, points_words, verdict_sentence


def test_one_repeat_gives_students_interval(rng):
    values = rng.normal(size=200)
    found = clustered_mean(values, np.arange(200), np.zeros(200, dtype=int))
    half = 1.972 * values.std() / np.sqrt(200)
    assert (found.value, found.high - found.value) == pytest.approx((values.mean(), half), rel=1e-3)


def test_repeating_the_same_queries_does_not_narrow_the_interval(rng):
    values = rng.normal(size=100)
    once = clustered_mean(values, np.arange(100), np.zeros(100, dtype=int))
    four = clustered_mean(np.tile(values, 4), np.tile(np.arange(100), 4), np.repeat(np.arange(4), 100))
    assert four.high - four.low == pytest.approx(once.high - once.low)


def test_the_interval_covers_when_queries_and_repeats_both_vary():
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        by_query, by_repeat = rng.normal(size=60), rng.normal(size=12) * 0.3
        rows, repeats = np.tile(np.arange(60), 12), np.repeat(np.arange(12), 60)
        values = by_query[rows] + by_repeat[repeats] + rng.normal(size=720)
        found = clustered_mean(values, rows, repeats)
        hits += found.low <= 0.0 <= found.high
    assert 180 <= hits <= 199


def test_gains_are_paired():
    first, second = HeldOut(), HeldOut()
    rows = np.arange(50)
    second.add(rows % 2 == 0, rows)
    first.add(rows % 2 == 0, rows)
    gain = first.gain_over(second)
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)
    assert first.accuracy().value == 0.5


def test_accuracy_stays_between_0_and_1():
    held = HeldOut()
    held.add(np.arange(20) > 0, np.arange(20))
    assert held.accuracy().high == 1.0


@pytest.mark.parametrize(
    ("members", "gain", "start"),
    [
        ("XYZ", Estimate(0.021, 0.008, 0.034), "An ensemble of 3 gains 2.1 points [0.8, 3.4] over X."),
        ("XYZ", Estimate(0.0, -0.01, 0.02), "It is not certain that an ensemble of 3 beats X: it gains 0.0"),
        (
            "XYZ",
            Estimate(-0.002, -0.007, 0.002),
            "It is not certain that an ensemble of 3 beats X: it loses 0.2",
        ),
        ("XYZ", Estimate(-0.02, -0.03, -0.01), "No ensemble beats X here"),
        ("X", Estimate(0.0, 0.0, 0.0), "No ensemble beats X here: asking it alone"),
        ("Y", Estimate(0.021, 0.008, 0.034), "Y gains 2.1 points [0.8, 3.4] over X."),
        ("Y", Estimate(0.0, -0.01, 0.02), "It is not certain that Y alone beats X: it gains 0.0 points"),
        ("Y", Estimate(-0.02, -0.03, -0.01), "No ensemble beats X here: asked alone, Y loses 2.0 points"),
    ],
)
def test_the_sentence_follows_the_interval_and_who_is_asked(members, gain, start):
    assert verdict_sentence(members, gain, "X").startswith(start)


def test_points_are_written_as_people_read_them():
    assert points_words(Estimate(0.021, 0.008, 0.034)) == "2.1 points [0.8, 3.4]"
    assert points_words(Estimate(-0.0001, -0.046, 0.046)) == "0.0 points [−4.6, 4.6]"
    assert points_words(Estimate(-0.02, -0.03, -0.01), sign=-1) == "2.0 points [1.0, 3.0]"


def test_a_loss_is_told_as_a_positive_number():
    sentence = verdict_sentence("XYZ", Estimate(-0.02, -0.03, -0.01), "X")
    assert sentence.endswith("the one of 3 loses 2.0 points [1.0, 3.0].")
