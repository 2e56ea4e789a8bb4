import pytest

from annotation.formats.cells import hash_turns
from annotation.formats.merge_report import MAX_KEPT_PROBLEMS, Change
from annotation.formats.merging import Merger
from annotation.formats.records import QueryRecord, ResponseRecord, RowProblem


def add_query(merger: Merger, query_id: str, text: str = "") -> Change:
    return merger.add_query(QueryRecord(query_id, (text or f"text of {query_id}",), file="f", line=1))


def add_response(merger: Merger, query_id: str, model: str, *turns: str, line: int = 1) -> Change:
    record = ResponseRecord(query_id, model, turns or ("text",), file="f", line=line)
    return merger.add_response(record, hash_turns(record.turns))


def test_turns_are_told_apart_by_where_they_split():
    assert hash_turns(("ab", "c")) != hash_turns(("a", "bc"))
    assert hash_turns(("ab", "c")) == hash_turns(["ab", "c"])


def test_everything_is_new_to_an_empty_study():
    merger = Merger()
    assert add_query(merger, "q1") is Change.NEW
    assert add_response(merger, "q1", "m1") is Change.NEW
    report = merger.finish()
    assert (report.queries_new, report.responses_new, report.rows_read, report.matched) == (1, 1, 1, 1)
    assert report.has_changes
    assert not report.n_refused
    assert report.identical_to_baseline is None


def test_what_is_known_is_unchanged_once_and_then_duplicated():
    merger = Merger()
    merger.know_query("q1", ["text of q1"])
    merger.know_response("q1", "m1", hash_turns(("text",)))
    assert [add_query(merger, "q1") for _ in range(2)] == [Change.UNCHANGED, Change.DUPLICATED]
    assert [add_response(merger, "q1", "m1") for _ in range(2)] == [Change.UNCHANGED, Change.DUPLICATED]
    report = merger.finish()
    assert not report.has_changes
    assert (report.queries_unchanged, report.responses_unchanged, report.duplicated) == (1, 1, 1)
    # Long rows repeat the query with every response: that is no duplicate worth telling.
    assert report.queries_read == 1


def test_the_first_of_two_texts_in_the_files_stands():
    merger = Merger(is_replacing=True)
    add_query(merger, "q1")
    assert add_response(merger, "q1", "m1", "one", line=2) is Change.NEW
    assert add_response(merger, "q1", "m1", "two", line=3) is Change.DUPLICATED
    (problem,) = merger.report.problems
    assert (problem.line, problem.reason) == (3, "query and candidate were read before, with another text")


def test_another_text_is_a_conflict_unless_replacing():
    for is_replacing, expected in ((False, Change.CONFLICT), (True, Change.REPLACED)):
        merger = Merger(is_replacing=is_replacing)
        merger.know_query("q1", ["text of q1"])
        merger.know_response("q1", "m1", hash_turns(("old",)))
        assert add_response(merger, "q1", "m1", "new") is expected
        assert merger.report.conflicts == (not is_replacing)
        assert merger.report.responses_replaced == is_replacing


def test_a_response_that_verdicts_rest_on_is_never_replaced():
    merger = Merger(is_replacing=True)
    merger.know_query("q1", ["text of q1"])
    merger.know_response("q1", "m1", hash_turns(("old",)))
    merger.know_verdict("q1", "m1")
    assert add_response(merger, "q1", "m1", "new") is Change.CONFLICT
    assert "verdicts rest on" in merger.report.problems[0].reason


def test_another_text_of_a_query_is_a_conflict():
    merger = Merger()
    assert [add_query(merger, "q1", text) for text in ("a", "b", "a")] == [
        Change.NEW,
        Change.CONFLICT,
        Change.DUPLICATED,
    ]


def test_a_response_to_an_unknown_query_is_refused():
    merger = Merger()
    assert add_response(merger, "q9", "m1", line=4) is Change.UNKNOWN_QUERY
    assert (merger.report.unknown_query, merger.report.matched, merger.report.n_refused) == (1, 0, 1)
    assert merger.report.problems == [
        RowProblem("f", 4, "the response is to a query that is not known", "'q9', m1")
    ]


def test_missing_and_identical_are_of_the_whole_study():
    merger = Merger()
    for number in range(100):
        add_query(merger, f"q{number}")
        add_response(merger, f"q{number}", "base", f"answer {number}")
    for number in range(0, 100, 10):
        add_response(merger, f"q{number}", "m1", f"answer {number}" if number % 20 else "other")
    add_response(merger, "q99", "m2", "answer 98")
    report = merger.finish(baseline="base")
    assert (report.n_queries, report.n_candidates) == (100, 3)
    assert report.missing_by_candidate == {"m1": 90, "m2": 99}
    assert report.missing == 189
    assert report.identical_to_baseline == 5
    assert merger.cells.count_identical("nobody") == 0


def test_empty_responses_are_counted_and_kept():
    merger = Merger()
    add_query(merger, "q1")
    assert add_response(merger, "q1", "m1", " \n", "") is Change.NEW
    assert add_response(merger, "q1", "m2", "", "x") is Change.NEW
    assert merger.report.empty == 1


def test_a_query_is_found_by_its_text():
    merger = Merger()
    add_query(merger, "q1", "one\n")
    assert merger.find_by_text(("one",)) == "q1"
    assert merger.find_by_text(("two",)) is None


def test_all_problems_are_counted_and_the_first_are_kept():
    merger = Merger()
    for line in range(1, 101):
        merger.add_problem(RowProblem("f", line, "reason"))
    assert merger.report.bad_rows == 100
    assert [problem.line for problem in merger.report.problems] == list(range(1, MAX_KEPT_PROBLEMS + 1))
    assert merger.report.to_json()["problems"][0] == {"file": "f", "line": 1, "reason": "reason", "value": ""}


@pytest.mark.parametrize("n_first", [0, 63, 64, 65])
def test_cells_grow_without_losing_any(n_first):
    merger = Merger()
    for number in range(200):
        add_query(merger, f"q{number}")
    for number in (*range(n_first), 199, 150):
        assert add_response(merger, f"q{number}", "m", f"{number}") is Change.NEW
    for number in (*range(n_first), 199, 150):
        assert add_response(merger, f"q{number}", "m", f"{number}") is Change.DUPLICATED
