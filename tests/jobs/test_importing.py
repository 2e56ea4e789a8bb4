"""Files into a study: everything good once, everything bad told, nothing halfway."""

import gzip
import json

import pytest

from annotation.exceptions import ConflictError, FileFormatError, InvalidValueError
from annotation.formats.cells import hash_turns
from annotation.jobs import import_writer
from annotation.jobs.importing import ImportOptions, ImportRefusedError, import_sources
from annotation.models import Candidate, Query, Response
from tests.factories import judge, make_study, make_user
from tests.imports import long_rows, outputs, run, table

pytestmark = pytest.mark.django_db

CSV_HEADER = "query_id,prompt,model,response\n"


def test_long_rows_become_queries_candidates_and_responses(empty, give):
    report = run(empty, give("rows.jsonl", long_rows()), baseline="base")
    assert (report.queries_new, report.responses_new, report.n_refused) == (3, 9, 0)
    assert table(empty)["q1", "m2"] == ["m2 says 1"]
    assert set(empty.candidates.values_list("name", flat=True)) == {"m1", "m2", "base"}
    assert list(empty.queries.values_list("external_id", "turns")) == [
        (f"q{i}", [f"Question {i}?"]) for i in range(3)
    ]
    empty.refresh_from_db()
    assert empty.baseline.name == "base"
    assert all(row.text_hash == hash_turns(row.turns) for row in Response.objects.all())


def test_all_columns_arrive(empty, give):
    row = {
        "query_id": "q",
        "turns": ["a", "b"],
        "model": "m",
        "response_turns": ["c", "d"],
        "category": "cat",
        "reference": "ref",
        "metadata": {"source": "exam"},
    }
    labelled = {
        "query_id": "l",
        "prompt": "p",
        "model": "m",
        "response": "B",
        "label": "A",
        "reference": "because",
        "options": ["x", "y"],
    }
    run(empty, give("rows.jsonl", [row, labelled]))
    query = empty.queries.get(external_id="q")
    assert (query.turns, query.category, query.reference) == (["a", "b"], "cat", "ref")
    assert query.metadata == {"source": "exam"}
    assert query.responses.get().turns == ["c", "d"]
    query = empty.queries.get(external_id="l")
    assert (query.reference, query.options, query.metadata) == ("A", ["x", "y"], {"reference": "because"})
    assert query.responses.get().label == "B"


def test_the_same_file_again_changes_nothing(empty, give):
    source = give("rows.jsonl", long_rows())
    run(empty, source)
    before = table(empty), list(Query.objects.values()), empty.data_version
    report = run(empty, source)
    empty.refresh_from_db()
    assert (table(empty), list(Query.objects.values()), empty.data_version) == before
    assert (report.responses_unchanged, report.queries_unchanged, report.has_changes) == (9, 3, False)


def test_more_candidates_may_come_later(empty, give):
    run(empty, give("rows.jsonl", long_rows()))
    version = empty.data_version
    report = run(empty, give("more.csv", "query_id,model,response\nq0,m3,x\nq2,m3,y\n"))
    assert (report.responses_new, report.missing_by_candidate) == (2, {"m3": 1})
    assert table(empty)["q2", "m3"] == ["y"]
    assert empty.data_version > version


def test_bad_rows_are_told_and_the_rest_is_imported(empty, give):
    source = give(
        "rows.csv", CSV_HEADER + "q1,p,m1,a\nq1,p,,b\nq2,other,m1,c,d\nq1,p,m2,e\nq1,changed,m3,f\n"
    )
    report = run(empty, source)
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (3, "model is empty"),
        (4, "the row has 5 cells, the header has 4"),
        (6, "query has another text than the one known"),
    ]
    assert set(table(empty)) == {("q1", "m1"), ("q1", "m2"), ("q1", "m3")}
    assert (report.bad_rows, report.conflicts, report.rows_read) == (2, 1, 5)


def test_strict_imports_all_or_nothing(empty, give):
    source = give("rows.csv", CSV_HEADER + "q1,p,m1,a\nq1,p,,b\n")
    with pytest.raises(
        ImportRefusedError, match=r"1 rows are refused; nothing was imported.*rows.csv:3: model is"
    ):
        run(empty, source, is_strict=True)
    assert not Query.objects.exists()
    assert not Candidate.objects.exists()
    assert run(empty, give("good.csv", CSV_HEADER + "q1,p,m1,a\n"), is_strict=True).responses_new == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.jsonl.gz", gzip.compress(json.dumps(long_rows(2000)).encode())[:-50], "damaged or cut off"),
        ("broken.json", outputs("m1", [f"Do {n}." for n in range(3000)])[:-5], "not JSON"),
        (
            "unknown.csv",
            "query_id,model,response,completion\nq,m,r,c\n",
            "unknown column 'completion'; allowed",
        ),
        ("nothing.jsonl", b"", "the file is empty"),
        ("header.csv", CSV_HEADER, "hold no queries and no responses"),
        ("bad.csv", CSV_HEADER + "q1,p,,a\n", "No row could be read.*model is empty"),
        ("other.txt", "hello", "neither JSON nor a known CSV"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_study_as_it_was(
    empty, give, monkeypatch, name, content, message
):
    monkeypatch.setattr(import_writer, "BATCH_ROWS", 1)
    with pytest.raises(FileFormatError, match=message):
        run(empty, give(name, content))
    assert not Query.objects.exists()
    empty.refresh_from_db()
    assert empty.data_version == 0


def test_a_good_file_beside_an_unreadable_one_is_not_imported(empty, give, monkeypatch):
    monkeypatch.setattr(import_writer, "BATCH_ROWS", 1)
    cut = give("cut.jsonl.gz", gzip.compress("".join(map(json.dumps, long_rows(2000))).encode())[:-50])
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        run(empty, give("good.jsonl", long_rows()), cut)
    assert not Query.objects.exists()


def test_a_changed_response_is_kept_unless_replacing(empty, give):
    run(empty, give("rows.jsonl", long_rows()))
    rows = long_rows()
    rows[0]["response"] = "changed"
    changed = give("changed.jsonl", rows)
    report = run(empty, changed)
    assert (report.conflicts, report.has_changes) == (1, False)
    assert "--replace" in report.problems[0].reason
    assert table(empty)["q0", "m1"] == ["m1 says 0"]
    report = run(empty, changed, is_replacing=True)
    assert (report.responses_replaced, report.responses_unchanged) == (1, 8)
    assert table(empty)["q0", "m1"] == ["changed"]
    assert run(empty, changed).responses_unchanged == 9


def test_what_people_judged_is_never_replaced(give):
    annotator = make_user()
    study = make_study(n_queries=1, n_candidates=2, annotators=[annotator])
    for row in Response.objects.all():
        row.text_hash = hash_turns(row.turns)
        row.save()
    (verdict,) = judge(annotator, study, "a")
    judged = verdict.comparison.candidate.name
    before = table(study)
    rows = [
        {"query_id": "q0", "model": name, "response": "changed"}
        for name in ("candidate-0", "candidate-1", "baseline")
    ]
    report = run(study, give("rows.jsonl", rows), is_replacing=True)
    assert (report.responses_replaced, report.conflicts) == (1, 2)
    assert {key for key, turns in table(study).items() if turns == before[key]} == {
        ("q0", judged),
        ("q0", "baseline"),
    }


def test_an_import_that_broke_off_is_finished_by_the_same_import(empty, give, monkeypatch):
    source = give("a.json", outputs("m1", [f"Do {n}." for n in range(10)]))
    monkeypatch.setattr(import_writer, "BATCH_ROWS", 6)
    write = import_writer.StudyWriter.flush
    calls = []

    def break_off(self):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        write(self)

    monkeypatch.setattr(import_writer.StudyWriter, "flush", break_off)
    with pytest.raises(KeyboardInterrupt):
        run(empty, source, is_adding_queries=True)
    assert 0 < Response.objects.count() < 10
    report = run(empty, source, is_adding_queries=True)
    assert (report.unknown_query, Response.objects.count(), Query.objects.count()) == (0, 10, 10)


def test_the_baseline_must_be_a_candidate_and_is_not_changed_by_an_import(empty, give):
    source = give("rows.jsonl", long_rows())
    with pytest.raises(InvalidValueError, match="no candidate 'm9'; there are base, m1, m2"):
        run(empty, source, baseline="m9")
    assert not Query.objects.exists()
    assert run(empty, source, baseline="m1").identical_to_baseline == 0
    with pytest.raises(ConflictError, match="has 'm1' already"):
        run(empty, source, baseline="base")


def test_outcomes_suggest_the_baseline(empty, give):
    outcomes = give("outcomes.csv", "query_id,model,outcome,judge\nq0,m1,win,j\nq0,m2,tie?,j\nq1,m2,loss,j\n")
    report = run(empty, outcomes, give("rows.jsonl", long_rows()))
    assert report.suggested_baseline == "base"
    assert report.n_refused == 0


def test_responses_equal_to_the_baseline_are_counted(empty, give):
    rows = [
        *long_rows(),
        {"query_id": "q0", "prompt": "Question 0?", "model": "m3", "response": "base says 0"},
    ]
    assert run(empty, give("rows.jsonl", rows), baseline="base").identical_to_baseline == 1


def test_a_second_import_at_the_same_time_is_told_to_come_again(empty, give, monkeypatch):
    source = give("rows.jsonl", long_rows())
    write = import_writer.StudyWriter._write

    def write_late(self):
        Query.objects.create(study=empty, external_id="q1", turns=["theirs"])
        write(self)

    monkeypatch.setattr(import_writer.StudyWriter, "_write", write_late)
    with pytest.raises(ConflictError, match="import the files once more"):
        run(empty, source)


def test_a_response_of_100_kb_and_an_empty_one(empty, give):
    text = "long é " * 15_000
    rows = [
        {"query_id": "q", "prompt": "p", "model": "m1", "response": text},
        {"query_id": "q", "prompt": "p", "model": "m2", "response": ""},
    ]
    assert run(empty, give("rows.jsonl", rows)).empty == 1
    assert table(empty) == {("q", "m1"): [text], ("q", "m2"): [""]}


def test_ten_thousand_queries_with_windows_newlines(empty, give):
    content = CSV_HEADER.replace("\n", "\r\n") + "".join(f'q{n},"a\r\n{n}",m,{n}\r\n' for n in range(10_000))
    report = run(empty, give("rows.csv", content))
    assert (report.queries_new, report.responses_new, report.n_refused) == (10_000, 10_000, 0)
    assert empty.queries.get(external_id="q9999").turns == ["a\r\n9999"]


def test_progress_never_goes_back(empty, give):
    seen = []
    import_sources(
        empty,
        [give("rows.jsonl", long_rows(1500))],
        ImportOptions(),
        on_progress=lambda share, message: seen.append((share, message)),
    )
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert 0.8 < shares[-1] <= 1.0
    assert seen[-1][1].endswith("of 4,500 responses")
