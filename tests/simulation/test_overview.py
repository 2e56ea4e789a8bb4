"""The summary of all calibration pages."""

import pytest

from annotation.selection import DEFAULT_STRATEGY
from annotation.simulation.experiments.certainty import COVERAGE_COLUMNS, STOP_COLUMNS
from annotation.simulation.overview import (
    Claim,
    Covered,
    claims_of,
    coverage_words,
    overview_pages,
    verdict_words,
)
from annotation.simulation.pages import Page, ResultTable


def calibration_page(name="hand"):
    stops = [
        (DEFAULT_STRATEGY, 0.8, 40, 50, 0.85, 0.9, "0.770 to 0.960", 12.0),
        (DEFAULT_STRATEGY, 0.95, 0, 50, float("nan"), float("nan"), "–", float("nan")),
        ("random", 0.8, 50, 50, 0.82, 0.1, "0.043 to 0.214", 9.0),
    ]
    covered = [(DEFAULT_STRATEGY, 0.1, 20, 0.84, "0.800 to 0.880", 0.1), ("random", 0.1, 20, 0.2, "", 0.1)]
    return Page(
        "calibration",
        f"Calibration on {name}",
        (
            ResultTable(f"calibration-{name}-near", STOP_COLUMNS, tuple(stops)),
            ResultTable(f"calibration-{name}-best", STOP_COLUMNS, tuple(stops)),
            ResultTable(f"calibration-{name}-coverage", COVERAGE_COLUMNS, tuple(covered)),
        ),
    )


@pytest.mark.parametrize(
    ("share", "high", "kind"),
    [
        (0.95, 0.98, "holds"),
        (0.92, 0.94, "holds"),
        (0.98, 1.0, "holds"),
        (0.99, 1.0, "cautious"),
        (0.91, 0.96, "unclear"),
        (0.91, 0.94, "too sure"),
        (None, 1.0, "no stops"),
    ],
)
def test_kinds_of_claims_at_95_percent(share, high, kind):
    assert Claim("t", 0.95, 100, share, 0.85, high).kind == kind


def test_claims_are_those_of_the_default():
    first, second = claims_of(calibration_page(), "near")
    assert (first.table, first.target, first.n_stopped, first.share) == ("hand", 0.8, 40, 0.9)
    assert (first.low, first.high) == (0.77, 0.96)
    assert (second.share, second.kind) == (None, "no stops")


def test_the_overview_tells_tables_apart():
    pages = [calibration_page("hand"), calibration_page("foot"), Page("sanity", "Sanity", ())]
    (page,) = overview_pages(pages)
    text = page.markdown()
    assert "| hand | 0.90 of 40 (0.77 to 0.96): cautious | – | – | – |" in text
    assert "- Right more often than claimed, by more than 3 points: hand (0.8); foot (0.8)." in text
    assert "- Too narrow: hand at 10 % (0.84); foot at 10 % (0.84)." in text
    assert "no table" in text


def test_without_calibration_there_is_no_overview():
    assert overview_pages([Page("sanity", "Sanity", ())]) == []


def test_words_name_every_target_once():
    claims = [Claim("t", target, 100, 0.5, 0.4, 0.6) for target in (0.8, 0.9)]
    assert verdict_words(claims).count("t (0.8, 0.9)") == 1


def test_coverage_that_holds_is_said():
    words = coverage_words(
        [Covered("wide", 0.1, 0.95), Covered("wide", 0.5, 0.87), Covered("low", 0.1, 0.86)]
    )
    assert "everywhere: wide." in words
    assert "- Too narrow: low at 10 % (0.86)." in words
