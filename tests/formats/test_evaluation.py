import gzip
import json
import os
from pathlib import Path

import pytest

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats import evaluation

SHARED = Path(os.environ.get("SELECTOR_DATA", "../shared/data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    queries = [{"query_id": "q1", "prompt": "One?"}, {"query_id": "q2", "turns": ["Two?", "More?"]}]
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    responses = [
        {"query_id": "q1", "model": "base", "response": "b1"},
        {"query_id": "q1", "model": "cand", "response": "c1"},
        {"query_id": "q2", "model": "cand", "response": "c2", "response_turns": ["c2", "c2 more"]},
    ]
    with gzip.open(tmp_path / "responses.jsonl.gz", "wt") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in responses)
    (tmp_path / "outcomes.csv").write_text(
        "query_id,model,outcome,n_votes,judge\nq1,cand,win,3,human\nq2,cand,loss,1,human\nq1,cand,draw,1,gpt\n"
    )
    return tmp_path


def test_queries_have_all_their_turns(folder):
    first, second = evaluation.read_queries(folder)
    assert (first.query_id, first.turns, first.line) == ("q1", ("One?",), 1)
    assert second.turns == ("Two?", "More?")


def test_responses_have_all_their_turns(folder):
    records = list(evaluation.read_responses(folder))
    assert [record.turns for record in records] == [("b1",), ("c1",), ("c2", "c2 more")]
    assert [record.line for record in records] == [1, 2, 3]


def test_outcomes_are_of_one_judge_and_coded_from_the_side_of_the_candidate(folder):
    records = list(evaluation.read_outcomes(folder, "human"))
    assert [(r.query_id, r.model, r.outcome, r.n_votes) for r in records] == [
        ("q1", "cand", 2, 3),
        ("q2", "cand", 0, 1),
    ]


def test_several_judges_must_be_told_apart(folder):
    assert evaluation.list_judges(folder) == ["gpt", "human"]
    with pytest.raises(InvalidValueError, match="name one: gpt, human"):
        next(evaluation.read_outcomes(folder))
    with pytest.raises(InvalidValueError, match=r"no judge 'me'.*gpt, human"):
        next(evaluation.read_outcomes(folder, "me"))


def test_an_outcome_out_of_range_names_the_allowed_ones(folder):
    with (folder / "outcomes.csv").open("a") as stream:
        stream.write("q2,cand,tie,1,human\n")
    with pytest.raises(FileFormatError, match=r"outcomes.csv:5: .*loss, draw, win \(found: 'tie'\)"):
        list(evaluation.read_all_outcomes(folder))


def test_baseline_is_the_model_that_responds_and_is_not_judged(folder):
    assert evaluation.find_baseline(folder) == "base"


def test_two_possible_baselines_are_named(folder):
    row = {"query_id": "q1", "model": "other", "response": "x"}
    with gzip.open(folder / "responses.jsonl.gz", "at") as stream:
        stream.write(json.dumps(row) + "\n")
    with pytest.raises(InvalidValueError, match="there are 2: base, other"):
        evaluation.find_baseline(folder)


def test_folder_kind(folder, tmp_path):
    assert evaluation.folder_kind(folder) == "pairwise"
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "predictions.csv").write_text("question_id,label,m\n1,A,A\n")
    assert evaluation.folder_kind(tmp_path / "labels") == "labelled"
    (tmp_path / "none").mkdir()
    with pytest.raises(FileFormatError, match="not an evaluation folder"):
        evaluation.folder_kind(tmp_path / "none")


def test_references_of_several_turns_are_joined(tmp_path):
    rows = [
        {"query_id": "q1", "prompt": "p", "reference": ["one", "two"]},
        {"query_id": 7, "prompt": "p", "reference": "one", "source": "exam"},
        {"query_id": "q3", "prompt": "p", "reference": 4},
    ]
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    problems = []
    first, second = evaluation.read_queries(tmp_path, on_problem=problems.append)
    assert first.reference == "one\n\ntwo"
    assert (second.query_id, second.reference, second.metadata) == ("7", "one", {"source": "exam"})
    assert [(problem.line, problem.reason) for problem in problems] == [
        (3, "reference must be text, not a number")
    ]


@pytest.mark.parametrize(
    ("name", "baseline", "n_queries", "n_responses"),
    [
        ("alpacaeval1", "text_davinci_003", 805, 43409),
        ("mtbench-human", "gpt-3.5-turbo", 80, 479),
        ("pandalm-human", "llama-7b", 170, 779),
    ],
)
def test_shared_folders_have_their_published_sizes(name, baseline, n_queries, n_responses):
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"shared data absent: {folder}")
    assert evaluation.find_baseline(folder) == baseline
    assert sum(1 for _ in evaluation.read_queries(folder)) == n_queries
    assert sum(1 for _ in evaluation.read_responses(folder)) == n_responses
