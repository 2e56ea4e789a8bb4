"""The report agrees with the database and stands alone."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from annotation.exceptions import InvalidValueError
from annotation.jobs.prepare_study import prepare_study
from annotation.jobs.refresh_selection import refresh_study
from annotation.jobs.report import build_report
from annotation.lookups.ensemble_figures import ENSEMBLE_FIGURES
from annotation.lookups.figures import FIGURES
from annotation.lookups.provenance import data_hash, verdicts_hash
from annotation.lookups.tensors import find_tensor, pack_tensor
from annotation.models import BackgroundRun, Response, Verdict, WeakTensor
from annotation.services.verdicts import verdict_undo
from tests.ensemble_runs import save_run
from tests.factories import judge, make_labelled_study, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(study, annotator_user):
    refresh_study(study)
    judge(annotator_user, study, "a", "b", "tie", "a", "both_bad", "b")
    verdict_undo(user=annotator_user, slug=study.slug)
    refresh_study(study)
    return study


def prepare(study, **settings):
    for name, value in settings.items():
        setattr(study, name, value)
    study.save()
    prepare_study(BackgroundRun.objects.create(kind="prepare_study", study=study, status="running").pk)


def recount(study):
    """Count the verdicts that stand, row by row, without the code under test."""
    counts = {}
    for verdict in Verdict.objects.filter(study=study).select_related("comparison__candidate"):
        if verdict.outcome is None or verdict.superseded_by_id is not None:
            continue
        name = verdict.comparison.candidate.name
        counts.setdefault(name, []).append(verdict.outcome)
    return counts


def test_json_counts_are_those_of_the_verdict_rows(judged):
    report = json.loads(build_report(judged, "json").text)
    counts = recount(judged)
    assert report["verdicts"]["n_verdicts"] == sum(map(len, counts.values())) == 5
    for entry in report["entries"]:
        outcomes = counts.get(entry["candidate"], [])
        assert entry["n_losses"] == outcomes.count(0)
        assert entry["n_draws"] == outcomes.count(1)
        assert entry["n_wins"] == outcomes.count(2)
        if outcomes:
            assert entry["raw_win_rate"] == pytest.approx(sum(outcomes) / 2 / len(outcomes))
    assert report["answer"]["best"] in {entry["candidate"] for entry in report["entries"] if entry["is_best"]}
    assert report["provenance"]["seed"] == judged.seed
    last = report["time_line"][-1]
    assert (last["n_verdicts"], last["p_near_best"]) == (5, report["answer"]["p_near_best"])


class Outline(HTMLParser):
    """Collects tags with their attributes, and table rows as lists of cell texts."""

    def __init__(self):
        super().__init__()
        self.tags, self.rows, self.in_cell = [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        self.in_cell = tag in ("td", "th") or (self.in_cell and tag == "span")
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        if self.in_cell and self.rows:
            self.rows[-1][-1] += data


def test_html_stands_alone(judged):
    report = build_report(judged)
    outline = Outline()
    outline.feed(report.text)
    assert not {tag for tag, _ in outline.tags} & {"script", "link", "img", "iframe", "form", "object"}
    for _, attributes in outline.tags:
        assert not {"src", "href", "style", "onclick"} & attributes.keys()
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", report.text)
    assert [tag for tag, _ in outline.tags].count("svg") == 4 * 2
    assert "after 5 verdicts" in report.text


def test_html_table_agrees_with_the_verdict_rows(judged):
    outline = Outline()
    outline.feed(build_report(judged).text)
    counts = recount(judged)
    shown = {row[0].strip(): row for row in outline.rows if row and row[0].startswith("candidate-")}
    assert set(shown) == {f"candidate-{j}" for j in range(3)}
    for name, row in shown.items():
        outcomes = counts.get(name, [])
        expected = [outcomes.count(2), outcomes.count(1), outcomes.count(0), len(outcomes)]
        assert [int(cell) for cell in row[-4:]] == expected


def test_markdown_has_a_row_per_entry_and_escapes_names(judged):
    candidate = judged.candidates.get(name="candidate-1")
    candidate.name = "a|b*c\n<i>"
    candidate.save()
    text = build_report(judged, "md").text
    (row,) = [line for line in text.splitlines() if line.startswith("| a")]
    assert row.startswith(r"| a\|b\*c \<i\> |")
    assert len(re.findall(r"(?<!\\)\|", row)) == 10
    assert "&lt;" not in text


@pytest.mark.parametrize("report_format", ["html", "json", "md"])
def test_studies_without_verdicts_have_a_report(lead_user, report_format):
    study = make_study(n_queries=0, n_candidates=0, lead=lead_user, status="draft")
    assert "Nothing is known yet" in build_report(study, report_format).text


def test_a_draft_counts_what_is_in_its_pool(lead_user):
    pairwise = json.loads(
        build_report(make_study(n_candidates=3, lead=lead_user, status="draft"), "json").text
    )
    assert pairwise["question"].startswith("Which of 3 candidates, or else ")
    assert pairwise["pool"]["n_candidates"] == 3
    labelled = make_labelled_study(n_queries=6, n_candidates=3, lead=lead_user, status="draft")
    report = json.loads(build_report(labelled, "json").text)
    assert report["question"].startswith("Which of 4 candidates chooses")
    assert not any("0 queries with a right label" in sentence for sentence in report["limitations"])


def test_unknown_formats_are_refused(study):
    with pytest.raises(InvalidValueError, match="'pdf', must be one of html, json, md"):
        build_report(study, "pdf")


def test_limitations_fit_the_study(judged, annotator_user):
    report = json.loads(build_report(judged, "json").text)
    assert "All verdicts are from one person." in report["limitations"]
    judge(annotator_user, judged, "a")
    report = json.loads(build_report(judged, "json").text)
    assert any("include 5 of 6 verdicts" in sentence for sentence in report["limitations"])


@pytest.mark.parametrize(
    ("strategy", "words", "has_caveat"),
    [
        ("random", "10 k-gram models are measured against the verdicts. This strategy does not use", False),
        ("llm_selector", "helped to choose the comparisons; the result rests on the verdicts.", False),
        ("item_response", "10 k-gram models and the lengths of the responses gave a first guess", True),
    ],
)
def test_what_chose_the_comparisons_is_said_truly(judged, strategy, words, has_caveat):
    prepare(judged, strategy=strategy, strategy_params={})
    for form in ("html", "md", "json"):
        assert words in build_report(judged, form).text
    report = json.loads(build_report(judged, "json").text)
    assert any("too narrow" in sentence for sentence in report["limitations"]) == has_caveat
    assert report["method"]["learns_from_judges"] == (strategy == "item_response")


def test_lengths_that_are_not_stored_are_not_said_to_be_used(judged):
    prepare(judged, strategy="item_response")
    tensor = WeakTensor.objects.get()
    tensor.blob = pack_tensor(replace(find_tensor(judged), lengths=None))
    tensor.pk = None
    tensor.data_version += 1
    tensor.save()
    text = build_report(judged).text
    assert "10 k-gram models gave a first guess" in text
    assert "lengths of the responses" not in text


def test_two_candidates_are_too_few_for_a_first_guess(lead_user):
    study = make_study(n_candidates=2, lead=lead_user)
    prepare(study, strategy="item_response")
    assert "This strategy uses them from 3 candidates on." in build_report(study).text


def test_without_weak_judges_the_report_says_so(judged):
    judged.strategy = "item_response"
    judged.save()
    assert "- Weak judges: None." in build_report(judged, "md").text


def test_labelled_studies_have_no_word_on_weak_judges(lead_user):
    study = make_labelled_study(n_queries=6, lead=lead_user)
    for form in ("html", "md"):
        assert "Weak judges" not in build_report(study, form).text.split("</style>")[-1]


def test_verdicts_on_dropped_candidates_are_counted_apart(judged):
    name = max(recount(judged), key=lambda key: len(recount(judged)[key]))
    judged.candidates.filter(name=name).update(is_active=False)
    judged.data_version += 1000
    judged.save()
    refresh_study(judged)
    report = json.loads(build_report(judged, "json").text)
    n_shown = sum(entry["n_verdicts"] for entry in report["entries"])
    assert n_shown == 5 - len(recount(judged)[name])
    assert any("on candidates that were dropped" in sentence for sentence in report["limitations"])


def test_hashes_change_with_what_they_stand_for(judged):
    data, verdicts = data_hash(judged), verdicts_hash(judged)
    Verdict.objects.filter(pk=Verdict.standing.first().pk).update(outcome=1, comment="x")
    Verdict.objects.filter(pk=Verdict.standing.last().pk).update(outcome=0)
    assert data_hash(judged) == data
    assert verdicts_hash(judged) != verdicts
    Response.objects.filter(query__study=judged).first().delete()
    assert data_hash(judged) != data


def test_the_ensemble_is_in_every_form_of_the_report(judged):
    rich = save_run(judged, n_labels=40, data_hash="cafe", settings={"objective": "mrmr"})
    save_run(judged, status="running")
    for form in ("html", "md"):
        text = build_report(judged, form).text
        assert "It pays." in text
        assert "cafe" in text
        assert "80.0 % [70.0, 90.0]" in text
    report = json.loads(build_report(judged, "json").text)
    assert report["ensemble"]["id"] == rich.pk
    assert report["ensemble"]["findings"]["sizes"][1]["gain"]["low"] == 0.7
    assert any("was not tried out" in sentence for sentence in report["limitations"])


@pytest.mark.parametrize(("floor", "is_limit"), [(0.1, True), (0.3, False)])
def test_every_form_says_whether_the_error_floor_is_a_limit(judged, floor, is_limit):
    save_run(
        judged, result={"floor": {"value": floor, "low": 0.0, "high": 0.4, "error": 0.3, "correlation": 0.5}}
    )
    for report_format in ("html", "md"):
        assert ("no limit here" in build_report(judged, report_format).text) != is_limit
    found = json.loads(build_report(judged, "json").text)["ensemble"]["findings"]
    assert found["floor"]["is_limit"] is is_limit


def test_the_ensembles_charts_stand_alone_in_the_file(judged):
    save_run(judged, n_labels=40)
    outline = Outline()
    text = build_report(judged, "html").text
    outline.feed(text)
    assert [attrs for tag, attrs in outline.tags if tag == "a"] == []
    # The chart of accuracies belongs to labelled studies.
    assert text.count("<figure") == len(FIGURES) - 1 + len(ENSEMBLE_FIGURES)


def test_the_chosen_ensemble_comes_before_the_newest(judged):
    save_run(judged, is_in_report=True, result={"sentence": "The chosen one."})
    save_run(judged)
    assert "The chosen one." in build_report(judged, "md").text


def test_without_an_ensemble_the_report_says_nothing_of_one(judged):
    save_run(judged, status="failed")
    assert json.loads(build_report(judged, "json").text)["ensemble"] is None
    assert "nsemble" not in build_report(judged, "html").text.split("</style>")[1]
    assert "## Ensemble" not in build_report(judged, "md").text


def test_names_in_the_ensemble_are_shown_as_they_are(judged):
    members = ["<b>bold</b> | pipe"]
    save_run(judged, result={"members": members, "sentence": "<script>alert(1)</script>"})
    assert "<script>alert" not in build_report(judged, "html").text
    assert "\\<b\\>bold" in build_report(judged, "md").text
