"""Weak outcomes are computed once per texts and settings."""

import numpy as np

from annotation.simulation.loading import load_table
from annotation.simulation.weak_tensors import add_weak_judges
from annotation.weak_judges import KGramSettings, judge_responses

SETTINGS = KGramSettings(orders=(1, 2))


def test_weak_outcomes_are_those_of_the_judges(pairwise_folder, tmp_path):
    table = add_weak_judges(load_table(pairwise_folder, "alice"), pairwise_folder, tmp_path, SETTINGS)
    texts = [[f"{model} says {i} and {i}." for model in ("ant", "bee", "cat")] for i in (2, 1, 3)]
    texts[0][1] = None
    judged = judge_responses(texts, SETTINGS)
    assert np.array_equal(table.weak_outcomes, judged.outcomes)
    assert table.weak_outcomes[0, 1].tolist() == [-1, -1]
    lead = judged.scores[:, :2] - judged.scores[:, 2:]
    assert np.allclose(table.weak_scores, lead, equal_nan=True)
    assert table.log_length_ratio[1, 0] == 0
    assert np.isnan(table.log_length_ratio[0, 1])


def test_the_cache_is_used_and_named_by_settings_and_texts(pairwise_folder, tmp_path):
    table = load_table(pairwise_folder, "alice")
    add_weak_judges(table, pairwise_folder, tmp_path / "cache", SETTINGS)
    (kept,) = (tmp_path / "cache").iterdir()
    planted = np.full((3, 3, 2), 2, dtype=np.int8)
    np.savez(kept, weak_outcomes=planted, weak_scores=np.zeros((3, 2, 2)), log_length_ratio=np.zeros((3, 2)))
    again = add_weak_judges(table, pairwise_folder, tmp_path / "cache", SETTINGS)
    assert np.array_equal(again.weak_outcomes, planted)
    add_weak_judges(table, pairwise_folder, tmp_path / "cache", KGramSettings(orders=(1,)))
    add_weak_judges(load_table(pairwise_folder, "bob"), pairwise_folder, tmp_path / "cache", SETTINGS)
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_without_responses_there_are_no_weak_judges(pairwise_folder, tmp_path):
    (pairwise_folder / "responses.jsonl").unlink()
    table = load_table(pairwise_folder, "alice")
    assert add_weak_judges(table, pairwise_folder, tmp_path / "cache") is table
