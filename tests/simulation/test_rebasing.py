"""Other baselines: derived, exact on labels, and counted from votes."""

import os
from pathlib import Path

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.loading import labelled_table, load_table
from annotation.simulation.rebasing import has_votes, rebase_table, votes_table
from annotation.simulation.synthetic import synthetic_table

SHARED = Path(os.environ.get("SELECTOR_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
VOTES = """query_id,turn,model_a,model_b,winner,judge
q1,1,ant,cat,model_a,expert_1
q1,2,cat,ant,model_a,expert_2
q1,1,cat,ant,model_b,expert_3
q1,1,bee,ant,tie,expert_1
q2,1,bee,cat,model_b,expert_1
q2,1,bee,cat,model_a,gpt4_pair
"""


@pytest.mark.parametrize("baseline", ["a", "b", "c"])
def test_labels_give_the_same_table_either_way(predictions, baseline):
    predictions.predictions[3, 3] = 1
    rebased = rebase_table(labelled_table(predictions, "hand"), baseline)
    direct = labelled_table(predictions, "hand", baseline)
    order = [rebased.candidates.index(name) for name in direct.candidates]
    assert np.array_equal(rebased.outcomes[:, order], direct.outcomes)
    assert np.array_equal(rebased.choices[:, [*order, -1]], direct.choices)


def test_going_back_compares_directions(pairwise_folder):
    table = load_table(pairwise_folder, "alice")
    rebased = rebase_table(table, "ant")
    # q2: ant draws with cat. q1: ant won and bee lost. q3: ant is unknown, so the query is left out.
    assert rebased.candidates == ("bee", "cat")
    assert rebased.query_ids == ("q2", "q1")
    assert rebased.outcomes.tolist() == [[-1, 1], [0, 0]]
    assert rebase_table(table, "cat") is table
    with pytest.raises(InvalidValueError, match="'dog'; allowed are ant, bee"):
        rebase_table(table, "dog")


def test_weak_outcomes_follow():
    table = synthetic_table("item-response", 0, n_queries=6, n_candidates=3)
    rebased = rebase_table(table, "c001")
    assert rebased.weak_outcomes.shape == (6, 4, 4)
    assert np.all(rebased.weak_outcomes[:, -1] == 1)
    first, base = (table.weak_outcomes[:, j].astype(int) for j in (0, 1))
    assert np.array_equal(rebased.weak_outcomes[:, 0], np.sign(first - base) + 1)
    old = rebased.weak_outcomes[:, 2]
    assert np.array_equal(old, 2 - table.weak_outcomes[:, 1])


def test_scores_decide_weak_outcomes_where_they_are_known():
    import dataclasses

    table = synthetic_table("item-response", 0, n_queries=2, n_candidates=2)
    scores = np.array([[[0.5], [0.2]], [[np.nan], [0.1]]])
    table = dataclasses.replace(table, weak_outcomes=table.weak_outcomes[:, :, :1], weak_scores=scores)
    rebased = rebase_table(table, "c001")
    assert rebased.weak_outcomes[:, :, 0].tolist() == [[2, 0, 1], [-1, 0, 1]]


def test_votes_are_summed_by_cell_and_turn(tmp_path):
    (tmp_path / "votes.csv").write_text(VOTES)
    both = votes_table(tmp_path, "human:both", "cat")
    assert (both.query_ids, both.candidates) == (("q1", "q2"), ("ant", "bee"))
    # q1: ant wins twice and loses once against cat; nobody compared bee with cat there.
    assert both.outcomes.tolist() == [[2, -1], [-1, 0]]
    assert votes_table(tmp_path, "human:turn2", "cat").outcomes.tolist() == [[0]]
    assert votes_table(tmp_path, "gpt-4", "cat").outcomes.tolist() == [[2]]
    assert votes_table(tmp_path, "human", "ant").outcomes.tolist() == [[1, 0]]
    with pytest.raises(InvalidValueError, match="allowed are ant, bee, cat"):
        votes_table(tmp_path, "human", "dog")


def test_votes_are_there_for_known_judges_only(tmp_path):
    assert not has_votes(tmp_path, "human")
    (tmp_path / "votes.csv").write_text(VOTES)
    assert has_votes(tmp_path, "human:both")
    assert not has_votes(tmp_path, "gpt-3.5-turbo")
    assert not has_votes(None, "human")


@pytest.mark.skipif(not (SHARED / "mtbench-human").is_dir(), reason="shared data absent")
@pytest.mark.parametrize(
    ("folder", "judge"),
    [("mtbench-human", "human:both"), ("mtbench-human", "gpt-4:turn1"), ("pandalm-human", "human")],
)
def test_votes_give_the_folders_own_outcomes(folder, judge):
    table = load_table(SHARED / folder, judge)
    voted = votes_table(SHARED / folder, judge, table.baseline)
    assert voted.candidates == table.candidates
    order = [table.query_ids.index(query) for query in voted.query_ids]
    assert np.array_equal(voted.outcomes, table.outcomes[order])
