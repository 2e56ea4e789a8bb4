import dataclasses

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.weak_judges import KGramSettings, judge_responses, weak_outcomes

LOSS, DRAW, WIN, MISSING = 0, 1, 2, -1


def test_the_likelier_response_wins() -> None:
    # "rare words here" shares nothing with the other three, which share all.
    texts = [["a b c d", "rare words here", "a b c d", "a b c d e"]]
    outcomes = judge_responses(texts, KGramSettings(orders=(1,))).outcomes[0, :, 0]
    assert outcomes.tolist() == [WIN, LOSS, WIN, DRAW]


def test_missing_responses_have_no_score_and_no_outcome() -> None:
    judged = judge_responses([["a", None, "b"], ["a", "c", None]], KGramSettings(orders=(1, 2)))
    assert np.isnan(judged.scores).all(axis=2).tolist() == [[False, True, False], [False, False, True]]
    assert (judged.outcomes == MISSING).all(axis=2).tolist() == [[False, True, False], [True, True, False]]
    assert (judged.outcomes[:, -1] == DRAW).all()


def test_an_empty_response_is_not_a_missing_one() -> None:
    judged = judge_responses([["", "a b"]], KGramSettings(orders=(1,)))
    # Two of the four tokens a, b, END, END are end marks.
    assert judged.scores[0, 0, 0] == pytest.approx(np.log(1 / 2), abs=1e-12)
    assert judged.outcomes[0, 0, 0] == WIN


def test_texts_that_differ_in_case_and_spaces_draw() -> None:
    assert judge_responses([["The  End", "the end"], ["x", "y z"]]).outcomes[0, 0].tolist() == [DRAW] * 10


def test_what_is_returned() -> None:
    judged = judge_responses([["a b.", "c", None]])
    assert judged.scores.dtype == np.float64
    assert judged.outcomes.dtype == np.int8
    assert judged.scores.shape == judged.outcomes.shape == (1, 3, 10)
    assert judged.n_tokens == 4
    assert judged.settings == KGramSettings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        judged.n_tokens = 0  # type: ignore[misc]


def test_a_study_without_any_response_scores_nothing() -> None:
    judged = judge_responses([[None, None]])
    assert np.isnan(judged.scores).all()
    assert judged.n_tokens == 0


@pytest.mark.parametrize("texts", [[], [[]], [["a"]], [["a", "b"], ["a", "b", "c"]]])
def test_tables_that_are_not_comparisons_are_refused(texts: list[list[str | None]]) -> None:
    with pytest.raises(InvalidValueError, match="rows of"):
        judge_responses(texts)


def test_progress_rises_from_near_nothing_to_one() -> None:
    seen: list[tuple[float, str]] = []
    judge_responses(
        [["a b c", "b c d"]] * 20, progress=lambda fraction, words: seen.append((fraction, words))
    )
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.1
    assert fractions[-1] == 1
    assert all(words for _, words in seen)


def test_outcomes_follow_the_sign_of_the_lead() -> None:
    scores = np.array([[-1.0, -3.0, -2.0], [-2.0 + 5e-10, -2.0 - 2e-9, -2.0]])[:, :, np.newaxis]
    assert weak_outcomes(scores)[:, :, 0].tolist() == [[WIN, LOSS, DRAW], [DRAW, LOSS, DRAW]]
    assert weak_outcomes(scores, tie_tolerance=1.0)[0, :, 0].tolist() == [DRAW, DRAW, DRAW]


def test_identical_texts_draw_whatever_the_scores() -> None:
    scores = np.array([[-1.0, -2.0, -3.0]])[:, :, np.newaxis]
    assert weak_outcomes(scores, [[True, False, True]])[0, :, 0].tolist() == [DRAW, WIN, DRAW]


def test_a_missing_score_beats_identity() -> None:
    scores = np.array([[np.nan, np.nan]])[:, :, np.newaxis]
    assert weak_outcomes(scores, [[True, True]])[0, :, 0].tolist() == [MISSING, DRAW]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scores": np.zeros((2, 3))}, r"got \(2, 3\)"),
        ({"scores": np.zeros((2, 3, 1)), "is_identical": np.zeros((3, 2))}, r"must have shape \(2, 3\)"),
        ({"scores": np.zeros((2, 3, 1)), "tie_tolerance": -1.0}, "-1.0"),
    ],
)
def test_outcomes_refuse_what_does_not_fit(arguments: dict, words: str) -> None:
    with pytest.raises(InvalidValueError, match=words):
        weak_outcomes(**arguments)
