"""The bundled demo study is complete, and its ladder of candidates is the one its README promises."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from annotation.formats.evaluation import (
    find_baseline,
    list_judges,
    read_outcomes,
    read_queries,
    read_responses,
)

FOLDER = Path(__file__).parents[1] / "annotation" / "demo_data"
BASELINE = "harbor-base"
LADDER = ["aurora-large", "aurora-small", "brook-chat", "cinder-7b", "delta-instruct", "ember-mini"]
POINTS = {"win": 1.0, "draw": 0.5, "loss": 0.0}


def read_lines(name):
    text = (FOLDER / name).read_bytes().decode("utf-8", errors="strict")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def queries():
    return {row["query_id"]: row for row in read_lines("queries.jsonl")}


@pytest.fixture(scope="module")
def responses():
    return {(row["query_id"], row["model"]): row for row in read_lines("responses.jsonl")}


@pytest.fixture(scope="module")
def outcomes():
    with (FOLDER / "outcomes.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def win_rates(outcomes):
    points = {candidate: [] for candidate in LADDER}
    for row in outcomes:
        points[row["model"]].append(POINTS[row["outcome"]])
    return [sum(points[candidate]) / len(points[candidate]) for candidate in LADDER]


def test_every_query_has_exactly_one_response_of_everyone(queries, responses):
    rows = read_lines("responses.jsonl")
    expected = {(query_id, name) for query_id in queries for name in [BASELINE, *LADDER]}

    assert len(queries) == len(read_lines("queries.jsonl")) == 30
    assert set(responses) == expected
    assert len(rows) == len(expected)


def test_every_comparison_has_exactly_one_outcome(queries, outcomes):
    cells = Counter((row["query_id"], row["model"]) for row in outcomes)

    assert cells == Counter((query_id, candidate) for query_id in queries for candidate in LADDER)
    assert {row["outcome"] for row in outcomes} == set(POINTS)
    assert {(row["judge"], row["n_votes"]) for row in outcomes} == {("author", "1")}


def test_no_text_is_empty_or_damaged(queries, responses):
    texts = [turn for row in queries.values() for turn in row.get("turns", [row["prompt"]])]
    texts += [turn for row in responses.values() for turn in row.get("response_turns", [row["response"]])]

    assert all(text.strip() for text in texts)
    assert not any("\N{REPLACEMENT CHARACTER}" in text or "\0" in text for text in texts)


def test_turns_of_a_dialogue_fit_its_query(queries, responses):
    dialogues = {query_id for query_id, row in queries.items() if "turns" in row}

    assert dialogues == {"demo-30"}
    assert {query_id for (query_id, _), row in responses.items() if "response_turns" in row} == dialogues
    for (query_id, _), row in responses.items():
        turns = row.get("response_turns", [row["response"]])
        assert len(turns) == len(queries[query_id].get("turns", ["prompt"]))
        assert turns[0] == row["response"]
    assert all(queries[query_id]["turns"][0] == queries[query_id]["prompt"] for query_id in dialogues)


def test_ladder_descends_and_its_best_is_clearly_ahead(outcomes):
    rates = win_rates(outcomes)

    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == len(rates)
    assert rates[0] - rates[1] > 0.1
    assert 0.75 <= rates[0] <= 0.85
    assert rates[-1] <= 0.1


def test_best_does_not_win_everywhere_nor_the_weakest_lose_everywhere(queries, outcomes):
    by_candidate = {candidate: Counter() for candidate in LADDER}
    for row in outcomes:
        by_candidate[row["model"]][row["outcome"]] += 1

    assert by_candidate["aurora-large"]["loss"] >= 1
    assert by_candidate["ember-mini"]["win"] >= 1
    assert len({row["category"] for row in queries.values()}) >= 6


def test_responses_identical_to_the_baseline_are_draws(queries, responses, outcomes):
    verdict = {(row["query_id"], row["model"]): row["outcome"] for row in outcomes}
    identical = [
        (query_id, candidate)
        for query_id in queries
        for candidate in LADDER
        if responses[query_id, candidate]["response"] == responses[query_id, BASELINE]["response"]
    ]

    assert len(identical) == 3
    assert {verdict[cell] for cell in identical} == {"draw"}


def test_the_file_order_does_not_give_the_ladder_away():
    names = list(dict.fromkeys(row["model"] for row in read_lines("responses.jsonl")))
    names.remove(BASELINE)

    assert names not in (LADDER, LADDER[::-1])


@pytest.mark.parametrize("candidate", LADDER[:3])
def test_code_of_the_good_candidates_gives_what_the_prompt_asks(responses, candidate):
    def run(query_id):
        names = {}
        exec(re.search(r"```python\n(.*?)```", responses[query_id, candidate]["response"], re.S)[1], names)
        return names

    merge, parse = run("demo-05")["merge_intervals"], run("demo-06")["parse_duration"]

    assert merge([(6, 8), (1, 3), (3, 5), (2, 4), (10, 20), (11, 12)]) == [(1, 5), (6, 8), (10, 20)]
    assert [parse(text) for text in ("1h30m", "45s", "2h", "1h1m1s")] == [5400, 45, 7200, 3661]
    for text in ("", "30", "5m1h", "1h x"):
        with pytest.raises(ValueError, match="uration"):
            parse(text)


def test_the_importers_reader_takes_the_folder():
    assert find_baseline(FOLDER) == BASELINE
    assert list_judges(FOLDER) == ["author"]
    assert len(list(read_queries(FOLDER))) == 30
    assert len(list(read_responses(FOLDER))) == 210
    assert len(list(read_outcomes(FOLDER, judge="author"))) == 180
