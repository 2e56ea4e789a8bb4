"""One ensemble run in every state, its files and charts, and several runs side by side."""

import json

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.ensembles import read_ensemble
from annotation.models import BackgroundRun, EnsembleRun
from tests.ensemble_runs import RESULT, save_run
from tests.factories import make_ensemble, make_labelled_study, make_study, record_outcomes
from tests.web.ensemble_pages import address, built, text_of, with_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def labelled(lead_user):
    """Sixty labelled queries, three candidates and a baseline."""
    return make_labelled_study(n_queries=60, n_candidates=3, lead=lead_user)


@pytest.fixture
def judged(lead_user, rng):
    """A pairwise study in which every comparison of sixty queries is judged."""
    study = make_study(n_queries=60, n_candidates=3, lead=lead_user)
    skill = np.array([0.5, 0.7, 0.8])
    record_outcomes(lead_user, study, np.where(rng.random((60, 3)) < skill, 2, 0))
    return study


def test_a_run_that_is_built_shows_progress_and_is_polled(page, labelled, lead_user):
    row = with_status(labelled, lead_user, "running", message="validating", progress=0.45)
    path = address(labelled, "study-ensemble", row.pk)
    whole = page.get(path).content.decode()
    assert f'hx-get="{path}"' in whole
    assert 'value="0.450"' in whole
    assert "Delete this run" not in whole
    part = page.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Validating" in part
    assert "<html" not in part


def test_a_failed_run_says_why_and_what_now(page, labelled, lead_user):
    row = with_status(labelled, lead_user, "failed", message="One class only: 'A'.")
    text = text_of(page.get(address(labelled, "study-ensemble", row.pk)))
    assert "could not be built" in text
    assert "One class only: &#x27;A&#x27;." in text
    assert "Delete this run" in text
    assert "One class only" in text_of(page.get(address(labelled)))


def test_a_finished_run_says_whether_it_pays_and_shows_everything(page, labelled, lead_user):
    row = built(lead_user, labelled, size=3)
    answer = page.get(address(labelled, "study-ensemble", row.pk))
    findings, text = answer.context["findings"], text_of(answer)
    assert findings.sentence in text
    assert answer.content.decode().index(findings.sentence) < answer.content.decode().index("Net gain")
    for step in findings.steps:
        assert f"{step.gain:.3f} ± {step.noise:.3f}".replace("-", "−") in text
    assert f"{100 * findings.best_single.accuracy.value:.1f} %" in text
    assert "nan" not in text.lower().replace("finances", "")
    assert answer.content.decode().count("<svg") == 7
    assert "manage.py ensemble apply" in text
    assert "hx-get" not in answer.content.decode()


def test_without_validation_the_page_says_so_instead_of_numbers(page, labelled, lead_user):
    row = built(lead_user, labelled, n_validations=0)
    text = text_of(page.get(address(labelled, "study-ensemble", row.pk)))
    assert "It was not measured" in text
    assert "None" not in text


def test_advice_fits_where_validation_was_asked_for_and_could_not_be(page, labelled, lead_user):
    row = save_run(labelled, result={"sizes": [RESULT["sizes"][0] | {"accuracy": None, "gain": None}]})
    text = text_of(page.get(address(labelled, "study-ensemble", row.pk)))
    assert "too few labels to hold some back" in text
    assert "at least one repeat" not in text


def test_the_file_is_what_the_command_reads(page, labelled, lead_user):
    row = built(lead_user, labelled)
    answer = page.get(address(labelled, "study-ensemble-file", row.pk))
    assert f'filename="{labelled.slug}-ensemble-{row.pk}.json"' in answer["Content-Disposition"]
    members = read_ensemble(answer.content.decode()).members
    assert list(members) == json.loads(answer.content)["members"] == row.result["members"]


def test_where_there_is_no_file_the_address_says_why(page, judged, lead_user):
    row = save_run(judged)
    answer = page.get(address(judged, "study-ensemble-file", row.pk))
    assert answer.status_code == 404
    assert "that takes labels" in text_of(answer)


def test_a_pairwise_run_has_no_file_and_says_what_to_do(page, judged, lead_user):
    row = built(lead_user, judged)
    answer = page.get(address(judged, "study-ensemble", row.pk))
    text = text_of(answer)
    assert answer.context["findings"].sentence in text
    assert "nothing to download" in text
    assert "Queries judged for both of every pair" in text
    assert page.get(address(judged, "study-ensemble-file", row.pk)).status_code == 404
    form = page.get(address(judged)).context["form"]
    assert not {"rule", "estimator", "n_validations"} & set(form.fields)


@pytest.mark.parametrize("name", ["accuracy", "gains", "correlations"])
def test_charts_are_saved_as_files(page, labelled, lead_user, name):
    row = built(lead_user, labelled)
    answer = page.get(address(labelled, "study-ensemble-chart", row.pk, name))
    assert answer["Content-Type"] == "image/svg+xml"
    assert f"-{row.pk}-{name}.svg" in answer["Content-Disposition"]
    assert "nan" not in answer.content.decode().lower()


def test_unknown_charts_and_charts_of_unfinished_runs_are_not_there(page, labelled, lead_user):
    done = built(lead_user, labelled)
    assert page.get(address(labelled, "study-ensemble-chart", done.pk, "pie")).status_code == 404
    waiting = with_status(labelled, lead_user, "queued")
    assert page.get(address(labelled, "study-ensemble-chart", waiting.pk, "gains")).status_code == 404


def test_runs_are_compared_side_by_side(page, labelled, lead_user):
    first = built(lead_user, labelled)
    second = built(lead_user, labelled, objective="accuracy", seed=9)
    assert "Compare the ticked ones" in text_of(page.get(address(labelled)))
    path = address(labelled, "study-ensemble-compare")
    answer = page.get(path, {"runs": [first.pk, second.pk]})
    text = text_of(answer)
    assert first.result["sentence"] in text
    assert "Their seeds differ" in text
    assert "Most accurate ones" in text
    chart = page.get(answer.context["address"])
    assert f"Run {second.pk}: Most accurate ones" in chart.content.decode()


@pytest.mark.parametrize("runs", [[], ["x"], ["²"], ["9" * 40], "one"])
def test_one_run_cannot_be_compared(page, labelled, lead_user, runs):
    row = built(lead_user, labelled)
    path = address(labelled, "study-ensemble-compare")
    answer = page.get(path, {"runs": [row.pk] if runs == "one" else runs}, follow=True)
    assert answer.redirect_chain[-1][0] == address(labelled)
    assert "choose from 2 to" in text_of(answer)


def test_a_run_is_put_into_the_report_and_taken_out(page, labelled, lead_user):
    row = built(lead_user, labelled)
    path = address(labelled, "study-ensemble-report", row.pk)
    text = text_of(page.post(path, {"action": "put"}, follow=True))
    assert "Take out of the report" in text
    row.refresh_from_db()
    assert row.is_in_report
    page.post(path, {"action": "remove"})
    row.refresh_from_db()
    assert not row.is_in_report


def test_a_run_is_deleted_but_not_while_it_is_built(page, labelled, lead_user):
    row = with_status(labelled, lead_user, "running")
    path = address(labelled, "study-ensemble-delete", row.pk)
    assert "being built" in text_of(page.post(path, follow=True))
    BackgroundRun.objects.update(status="failed")
    answer = page.post(path, follow=True)
    assert answer.redirect_chain[-1][0] == address(labelled)
    assert not EnsembleRun.objects.exists()


def test_the_background_run_leads_to_its_ensemble(page, labelled, lead_user):
    row = built(lead_user, labelled)
    text = page.get(address(labelled, "study-run", row.run_id)).content.decode()
    assert address(labelled, "study-ensemble", row.pk) in text


def test_pages_keep_the_content_policy(page, labelled, lead_user):
    row = built(lead_user, labelled)
    for path in (address(labelled), address(labelled, "study-ensemble", row.pk)):
        text = page.get(path).content.decode()
        assert " style=" not in text
        assert "<script>" not in text


def test_the_number_of_database_queries_does_not_grow(page, lead_user):
    counts = []
    for n in (3, 6):
        study = make_labelled_study(n_queries=40, n_candidates=n, lead=lead_user)
        for _ in range(n - 1):
            row = make_ensemble(lead_user, study, n_validations=0)
        for path in (address(study), address(study, "study-ensemble", row.pk)):
            page.get(path)
            with CaptureQueriesContext(connection) as captured:
                page.get(path)
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14
