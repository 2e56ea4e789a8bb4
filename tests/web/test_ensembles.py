"""The ensemble builder's pages: who sees them, the form and its errors, every state of a run."""

import json
import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotation.ensembles import read_ensemble
from annotation.models import BackgroundRun, EnsembleRun
from tests.factories import (
    add_member,
    make_ensemble,
    make_labelled_study,
    make_study,
    make_user,
    record_outcomes,
)

pytestmark = pytest.mark.django_db

KEPT = {"limit": "members", "objective": "mi", "rule": "auto", "estimator": "auto", "n_validations": "1"}


@pytest.fixture
def page(client, lead_user):
    client.force_login(lead_user)
    return client


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


BUILT = {}


def built(user, study, **wish):
    """Return a finished run; the same wish in the same kind of study is built only once in this module."""
    key = json.dumps([study.kind, wish], sort_keys=True)
    if key not in BUILT:
        row = make_ensemble(user, study, **wish)
        BUILT[key] = {name: getattr(row, name) for name in ("settings", "result", "ensemble", "n_labels")}
        return row
    run = BackgroundRun.objects.create(kind="build_ensemble", study=study, status="done", progress=1.0)
    return EnsembleRun.objects.create(study=study, run=run, author=user, **BUILT[key])


def address(study, name="study-ensembles", *more):
    return reverse(name, args=[study.slug, *more])


def text_of(answer):
    """Return the page's words, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def typed(study, **changes):
    """Return the form as somebody sends it who changes nothing else."""
    keys = [candidate.pk for candidate in study.candidates.all()]
    return KEPT | {"size": "2", "seed": "3", "candidates": keys} | changes


def with_status(study, user, status, **fields):
    """Return a run in some state, its work not done."""
    settings = built(user, study).settings
    EnsembleRun.objects.all().delete()
    run = BackgroundRun.objects.create(kind="build_ensemble", study=study, status=status, **fields)
    return EnsembleRun.objects.create(study=study, run=run, author=user, settings=settings)


def test_who_sees_the_pages(client, labelled, lead_user, annotator_user, outsider_user):
    row = built(lead_user, labelled)
    add_member(labelled, annotator_user)
    viewer = add_member(labelled, make_user("viewer"), "viewer")
    pages = [
        address(labelled),
        address(labelled, "study-ensemble", row.pk),
        address(labelled, "study-ensemble-file", row.pk),
        address(labelled, "study-ensemble-chart", row.pk, "gains"),
    ]
    compared = [
        address(labelled, "study-ensemble-compare"),
        address(labelled, "study-ensemble-compare-chart"),
    ]
    for path in pages + compared:
        client.logout()
        assert client.get(path).status_code == 302
        for user, status in ((annotator_user, 403), (viewer, 403), (outsider_user, 404)):
            client.force_login(user)
            assert client.get(path).status_code == status
    client.force_login(lead_user)
    assert [client.get(path).status_code for path in pages] == [200] * 4


def test_nobody_else_can_start_delete_or_report(client, labelled, lead_user, annotator_user, outsider_user):
    row = built(lead_user, labelled)
    add_member(labelled, annotator_user)
    posts = [
        address(labelled),
        address(labelled, "study-ensemble-delete", row.pk),
        address(labelled, "study-ensemble-report", row.pk),
    ]
    for user, status in ((annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        assert [client.post(path, typed(labelled)).status_code for path in posts] == [status] * 3
    row.refresh_from_db()
    assert EnsembleRun.objects.count() == 1
    assert not row.is_in_report


def test_a_run_of_another_study_is_not_there(page, labelled, lead_user):
    row = built(lead_user, labelled)
    other = make_labelled_study(lead=lead_user)
    for name in ("study-ensemble", "study-ensemble-file"):
        assert page.get(address(other, name, row.pk)).status_code == 404
    for name in ("study-ensemble-delete", "study-ensemble-report"):
        assert page.post(address(other, name, row.pk)).status_code == 404
        assert page.get(address(labelled, name, row.pk)).status_code == 405


def test_the_tab_is_there_for_leads_alone(client, labelled, lead_user):
    viewer = add_member(labelled, make_user("viewer"), "viewer")
    for user, is_there in ((lead_user, True), (viewer, False)):
        client.force_login(user)
        answer = client.get(address(labelled, "study-report"))
        assert (address(labelled) in answer.content.decode()) is is_there


def test_without_candidates_the_page_says_what_is_missing(page, lead_user):
    study = make_study(n_candidates=1, lead=lead_user)
    text = text_of(page.get(address(study)))
    assert "needs candidates to choose from" in text
    assert "only one besides the baseline" in text
    assert "Build an ensemble" not in text


def test_too_few_judged_queries_are_counted_and_explained(page, lead_user, study):
    study = make_study(n_queries=12, lead=lead_user)
    record_outcomes(lead_user, study, np.array([[0, 2, -1]] * 5 + [[-1, -1, -1]] * 7))
    text = text_of(page.get(address(study)))
    assert "5 queries are judged for at least two candidates" in text
    assert "15 more" in text
    assert "The study has 12 queries in all" in text
    assert "never be enough" in text
    assert "Build the ensemble" not in text


def test_too_few_labels_are_counted(page, lead_user):
    study = make_labelled_study(n_queries=12, lead=lead_user)
    text = text_of(page.get(address(study)))
    assert "12 queries have a label" in text
    assert "8 more" in text
    assert "Build the ensemble" not in text


def test_some_labels_are_enough_to_look(page, labelled):
    text = text_of(page.get(address(labelled)))
    assert "Enough to look" in text
    assert "140 more" in text
    assert "Build the ensemble" in text


def test_the_form_starts_a_run_with_what_was_typed(page, labelled):
    dropped = labelled.candidates.first()
    keys = [row.pk for row in labelled.candidates.all() if row != dropped]
    form = typed(labelled, candidates=keys, objective="mrmr", rule="majority", stops_early="on")
    answer = page.post(address(labelled), form)
    row = EnsembleRun.objects.get()
    assert answer.url == address(labelled, "study-ensemble", row.pk)
    assert {name: row.settings[name] for name in ("size", "money", "objective", "rule", "seed")} == {
        "size": 2,
        "money": None,
        "objective": "mrmr",
        "rule": "majority",
        "seed": 3,
    }
    assert row.settings["stops_early"] is True
    assert dropped.name not in row.settings["candidates"]


def test_money_needs_prices_and_keeps_them_in_the_pool(page, labelled):
    rows = list(labelled.candidates.order_by("name"))
    form = typed(labelled, limit="money", money="0.5", size="")
    prices = {f"price_{row.pk}": "0.25" for row in rows}
    lacking = page.post(address(labelled), form | prices | {f"price_{rows[0].pk}": ""})
    assert lacking.status_code == 400
    assert f"Give {rows[0].name} a price, or leave it out." in text_of(lacking)
    assert not labelled.candidates.exclude(price=None).exists()
    assert page.post(address(labelled), form | prices).status_code == 302
    assert {float(row.price) for row in labelled.candidates.all()} == {0.25}
    assert EnsembleRun.objects.get().settings["money"] == 0.5


def test_a_refused_run_keeps_no_prices(page, labelled):
    form = typed(labelled, limit="money", money="0.1") | {
        f"price_{row.pk}": "0.25" for row in labelled.candidates.all()
    }
    answer = page.post(address(labelled), form)
    assert answer.status_code == 400
    assert "0.25" in answer.context["form"].errors["money"][0]
    assert not labelled.candidates.exclude(price=None).exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"size": "0"}, "size", "from 1 to 4"),
        ({"size": "5"}, "size", "“5” is not allowed"),
        ({"size": ""}, "size", "Nothing was typed"),
        ({"limit": "money", "money": ""}, "money", "Nothing was typed"),
        ({"limit": "money", "money": "-1"}, "money", "“-1” is not allowed"),
        ({"limit": ""}, "limit", "Choose what limits the ensemble"),
        ({"seed": "x"}, "seed", "“x” is not allowed"),
        ({"n_validations": "11"}, "n_validations", "from 0 to 10"),
        ({"objective": "best"}, "objective", "best"),
        ({"candidates": []}, "candidates", "at least two"),
        ({"candidates": [0, 1]}, "candidates", "at least two"),
    ],
)
def test_errors_stand_beside_their_field(page, labelled, changes, field, words):
    answer = page.post(address(labelled), typed(labelled, **changes))
    assert answer.status_code == 400
    assert words in answer.context["form"].errors[field][0]
    assert "Nothing was started." in text_of(answer)
    assert not EnsembleRun.objects.exists()


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


def test_the_file_is_what_the_command_reads(page, labelled, lead_user):
    row = built(lead_user, labelled)
    answer = page.get(address(labelled, "study-ensemble-file", row.pk))
    assert f'filename="{labelled.slug}-ensemble-{row.pk}.json"' in answer["Content-Disposition"]
    members = read_ensemble(answer.content.decode()).members
    assert list(members) == json.loads(answer.content)["members"] == row.result["members"]


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


def test_a_variant_begins_with_the_settings_of_its_run(page, labelled, lead_user):
    names = ["candidate-0", "candidate-2"]
    row = built(lead_user, labelled, objective="mrmr", seed=77, candidates=names)
    answer = page.get(address(labelled), {"like": row.pk})
    form = answer.context["form"]
    assert (form["objective"].value(), form["seed"].value(), form["limit"].value()) == ("mrmr", 77, "members")
    assert [choice.candidate.name for choice in form.choices() if choice.is_chosen] == names
    for odd in ("x", "", "99999", "9" * 30):
        assert page.get(address(labelled), {"like": odd}).context["form"]["objective"].value() == "mi"


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
