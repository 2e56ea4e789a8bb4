"""AlpacaEval outputs, which have no ids: they are joined on the instruction."""

import pytest

from tests.imports import outputs, run, table

pytestmark = pytest.mark.django_db


def test_alpaca_outputs_are_joined_on_the_instruction(empty, give):
    files = [
        give("a.json", outputs("m1", ["Do it.", "Tell me.", "Why?"])),
        give("b.json", outputs("m2", ["Why?", "Do it.", "Tell me"])),
    ]
    report = run(empty, *files)
    assert (report.queries_new, report.responses_new, report.unknown_query) == (3, 5, 1)
    assert report.missing_by_candidate == {"m2": 1}
    (problem,) = report.problems
    assert (problem.file, problem.line, problem.value) == (files[1].name, 1, "'Tell me', m2")
    assert {turns[0] for turns in empty.queries.values_list("turns", flat=True)} == {
        "Do it.",
        "Tell me.",
        "Why?",
    }
    assert not run(empty, *files).has_changes


def test_alpaca_outputs_join_a_study_that_has_names_of_its_own(empty, give):
    queries = give("queries.jsonl", [{"query_id": "mine", "prompt": "Do it.\n"}])
    report = run(empty, give("a.json", outputs("m1", ["Do it.", "Other."])), queries)
    assert (report.responses_new, report.unknown_query) == (1, 1)
    assert list(table(empty)) == [("mine", "m1")]
