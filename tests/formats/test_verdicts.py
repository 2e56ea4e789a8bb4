import csv
import io
import json
from dataclasses import replace

import pytest

from annotation.formats import verdicts

RECORD = verdicts.VerdictRecord(
    verdict=7,
    query_id="q1",
    candidate="m1",
    baseline="base",
    outcome="win",
    annotator="ann",
    candidate_side="a",
    strength=1,
    is_both_bad=False,
    is_standing=True,
    comment="",
    selection_score=-0.25,
    state_version=3,
    shown_at="2026-01-01T00:00:00+00:00",
    submitted_at="2026-01-01T00:00:05+00:00",
)


def test_json_lines_keep_every_text_unchanged():
    comment = '=HYPERLINK("x")\nsecond, "line" é'
    lines = list(verdicts.write_verdicts_jsonl([RECORD, replace(RECORD, verdict=8, comment=comment)]))
    assert [line.count("\n") for line in lines] == [1, 1]
    rows = [json.loads(line) for line in lines]
    assert list(rows[0]) == list(verdicts.VERDICT_COLUMNS)
    assert (rows[1]["verdict"], rows[1]["comment"]) == (8, comment)


def test_csv_is_read_back_by_any_reader():
    comment = 'two\nlines, "quoted" é'
    text = "".join(verdicts.write_verdicts_csv([replace(RECORD, comment=comment, selection_score=None)]))
    assert text.endswith("\r\n")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["verdict"], row["query_id"], row["comment"]) == ("7", "q1", comment)
    assert (row["is_both_bad"], row["is_standing"], row["selection_score"]) == ("false", "true", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_begins_like_a_formula(start):
    record = replace(RECORD, comment=start + "1+1", candidate=start + "m", annotator=start, query_id=start)
    text = "".join(verdicts.write_verdicts_csv([record]))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    for name in ("comment", "candidate", "annotator", "query_id"):
        assert row[name].startswith("'" + start)
    assert row["selection_score"] == "-0.25"


def test_outcomes_have_names():
    assert [verdicts.outcome_name(value) for value in (0, 1, 2, None)] == ["loss", "draw", "win", ""]


def test_writers_are_lazy():
    def endless():
        while True:
            yield RECORD

    writer = verdicts.write_verdicts_csv(endless())
    assert next(writer).startswith("verdict,query_id,")
    assert next(writer).startswith("7,q1,m1,base,win,")
