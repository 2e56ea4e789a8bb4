"""The charts of an ensemble run draw what was found."""

import pytest

from annotation.lookups.ensemble_figures import (
    ENSEMBLE_FIGURES,
    accuracy_figure,
    correlations_figure,
    gains_figure,
    has_equal_correlations,
)
from annotation.lookups.ensemble_findings import (
    BestSingleView,
    EnsembleFindings,
    FloorView,
    Interval,
    MatrixView,
    MemberView,
    SizeView,
    StepView,
)
from tests.rendering.drawings import marks, words

NAMES = ("x", "y", "z")


def step(place, **terms):
    """Return a step that brings 0.3 unless told otherwise."""
    usual = {"relevance": 0.4, "redundancy": 0.2, "complementarity": 0.1, "gain": 0.3, "noise": 0.02}
    return StepView(
        place, NAMES[place - 1], None, **usual | terms, information=0.3, is_above_noise=True, is_member=True
    )


def size(n, accuracy, top_k=0.7):
    """Return what is known of one size."""
    found = None if accuracy is None else Interval(accuracy, accuracy - 0.1, accuracy + 0.1)
    top = None if accuracy is None else Interval(top_k, 0.6, 0.8)
    return SizeView(n, found, top, None, None, is_recommended=n == 1)


def findings(*, accuracies=(0.7, 0.74, 0.75), members=("x", "z"), floor=0.1, correlations=(0.1, 0.9, 0.5)):
    """Return findings of three steps; correlations of the pairs xy, xz and yz."""
    xy, xz, yz = correlations
    n = len(accuracies)
    known = None if None in accuracies else Interval(0.7, 0.6, 0.8)
    matrix = ((1.0, xy, xz), (xy, 1.0, yz), (xz, yz, 1.0))
    return EnsembleFindings(
        sentence="",
        evidence="",
        is_enough=True,
        accuracy_label="",
        members=tuple(MemberView(name, None) for name in members),
        price=None,
        size=2,
        rule="majority",
        rule_label="",
        rules=(),
        estimator="table",
        steps=tuple(step(place + 1) for place in range(n)),
        sizes=tuple(size(place + 1, accuracy) for place, accuracy in enumerate(accuracies)),
        best_single=BestSingleView("x", known),
        accuracy=None,
        gain=None,
        gain_over_top_k=None,
        floor=FloorView(floor, floor / 2, floor * 2, 0.2, 0.3, is_limit=floor == 0.1),
        correlation=MatrixView(NAMES[:n], tuple(row[:n] for row in matrix[:n])),
        joint=None,
    )


def test_accuracy_stands_with_its_band_beside_single_top_k_and_floor():
    svg = accuracy_figure(findings()).wide
    shown, said = words(svg)
    assert {"This ensemble", "Most accurate k", "Best single candidate", "Limit by the error floor"} <= set(
        shown
    )
    assert "Limit by the error floor: 90.0" in said
    assert "This ensemble, 2: 74" in said
    assert len(marks(svg, "polygon", "chart__band")) == 1


def test_a_floor_that_is_passed_is_no_limit():
    shown, _ = words(accuracy_figure(findings(floor=0.28)).wide)
    assert "Error floor of equal members" in shown
    assert "Limit by the error floor" not in shown


def test_without_validation_only_the_floor_is_drawn():
    found = findings(accuracies=(None, None, None))
    svg = accuracy_figure(found).wide
    assert marks(svg, "polyline", "chart__series") == []
    assert "Limit by the error floor: 90.0" in words(svg)[1]


def test_those_who_are_asked_come_first_and_are_framed():
    figure = correlations_figure(findings())
    shown, said = words(figure.wide)
    assert [text for text in shown if text[-1:] in NAMES] == ["1 x", "2 z", "3 y"]
    assert {"x and z: 0.90", "z and y: 0.50", "x and y: 0.10"} <= set(said)
    assert len(marks(figure.wide, "rect", "chart__frame")) == 1
    bold = [
        mark.text
        for mark in marks(gains_figure(findings()).wide, "text", "chart__text")
        if mark.get("font-weight")
    ]
    assert bold == ["x", "z"]


def test_correlations_that_are_all_one_are_explained():
    equal = findings(correlations=(0.4, 0.4, 0.4))
    assert has_equal_correlations(equal)
    assert correlations_figure(equal).note.startswith("Too few queries to tell pairs apart")
    assert "Too few" not in correlations_figure(findings()).note
    assert not has_equal_correlations(findings(accuracies=(0.7, 0.7)))


@pytest.mark.parametrize("name", ENSEMBLE_FIGURES)
@pytest.mark.parametrize("accuracies", [(0.7,), (0.7, 0.7), (1.0, 1.0, 1.0), (0.0, 0.0), (None,)])
def test_small_and_level_runs_are_drawn_in_both_widths(name, accuracies):
    figure = ENSEMBLE_FIGURES[name](findings(accuracies=accuracies, members=("x",)))
    for svg in (figure.wide, figure.narrow):
        assert "nan" not in svg.lower()
        assert "inf" not in svg.lower()
        assert words(svg)[0]
