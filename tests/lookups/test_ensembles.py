"""Lists of runs, runs side by side, the one in the report, and what a study has for an ensemble."""

import json
from dataclasses import fields

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError, NotFoundError, PermissionDeniedError
from annotation.lookups.ensemble_data import get_ensemble_data, verdict_table
from annotation.lookups.ensemble_view import view_ensemble
from annotation.lookups.ensembles import (
    access_ensemble,
    compare_ensemble_runs,
    list_ensemble_runs,
    report_ensemble,
)
from annotation.models import EnsembleRun
from tests.ensemble_runs import NAMES, RESULT, save_run
from tests.factories import add_response, make_labelled_study, make_study, record_outcomes

pytestmark = pytest.mark.django_db


def test_a_view_is_whole_and_ready_for_json(study, lead_user) -> None:
    save_run(study, author=lead_user, n_labels=40, data_hash="ab", ensemble={"format": "x"})
    [view] = list_ensemble_runs(study)
    content = json.loads(json.dumps(view.as_dict(), allow_nan=False))
    assert set(content) == {field.name for field in fields(view)}
    assert (content["author"], content["study"], content["has_file"]) == ("lead", study.slug, True)
    assert view.settings.objective_label == "Mutual information"
    assert view.findings.members[0].price == view.findings.price == 2.0
    assert [step.position for step in view.findings.steps] == [1, 2]
    assert [step.price for step in view.findings.steps] == [2.0, None]
    assert [size.is_recommended for size in view.findings.sizes] == [True, False]
    assert [(rule.name, rule.is_chosen) for rule in view.findings.rules] == [
        ("majority", True),
        ("single", False),
    ]


def test_rules_come_by_accuracy_whatever_order_the_database_keeps(study) -> None:
    rules = {"single": 0.7, "map": None, "weighted": 0.9, "majority": 0.9}
    save_run(study, result={"rules": rules})
    [view] = list_ensemble_runs(study)
    assert [rule.name for rule in view.findings.rules] == ["majority", "weighted", "single", "map"]


@pytest.mark.parametrize(("floor", "is_limit"), [(0.2, True), (0.21, False)])
def test_a_floor_that_something_measured_passes_is_no_limit(study, floor, is_limit) -> None:
    """The accuracy of everything in the run is .8, which an error of .2 just allows."""
    row = save_run(study, result={"floor": RESULT["floor"] | {"value": floor}})
    assert view_ensemble(row).findings.floor.is_limit == is_limit


def test_a_waiting_run_has_no_findings(study) -> None:
    save_run(study, status="queued")
    [view] = list_ensemble_runs(study)
    assert (view.status, view.findings, view.n_labels, view.author) == ("queued", None, None, None)


def test_price_is_unknown_unless_all_members_have_one(study) -> None:
    save_run(study, result={"members": NAMES})
    [view] = list_ensemble_runs(study)
    assert view.findings.price is None


def test_runs_are_listed_newest_first_in_one_statement(study, django_assert_num_queries) -> None:
    rows = [save_run(study) for _ in range(4)]
    save_run(make_study())
    with django_assert_num_queries(1):
        views = list_ensemble_runs(study)
    assert [view.id for view in views] == [row.pk for row in reversed(rows)]


def test_the_report_shows_the_chosen_run_else_the_newest_that_is_done(study) -> None:
    assert report_ensemble(study) is None
    chosen, newest = save_run(study), save_run(study)
    save_run(study, status="running")
    assert report_ensemble(study).id == newest.pk
    EnsembleRun.objects.filter(pk=chosen.pk).update(is_in_report=True)
    assert report_ensemble(study).id == chosen.pk


def test_runs_side_by_side(study) -> None:
    first = save_run(study, data_hash="a", result={"members": NAMES})
    second = save_run(study, data_hash="a")
    found = compare_ensemble_runs(study, [second.pk, first.pk, second.pk])
    assert [view.id for view in found.runs] == [second.pk, first.pk]
    assert found.is_same_data
    assert found.common_members == ("candidate-0",)
    assert found.notes == ()


def test_what_makes_runs_hard_to_compare_is_said(study) -> None:
    blank = {**RESULT["sizes"][0], "accuracy": None}
    first = save_run(study, data_hash="a", settings={"seed": 7}, result={"sizes": [blank]})
    second = save_run(study, data_hash="b")
    found = compare_ensemble_runs(study, [first.pk, second.pk])
    assert not found.is_same_data
    assert len(found.notes) == 3


def test_what_cannot_be_compared_is_refused(study) -> None:
    done, waiting, elsewhere = save_run(study), save_run(study, status="queued"), save_run(make_study())
    with pytest.raises(InvalidValueError, match="runs: 1 chosen"):
        compare_ensemble_runs(study, [done.pk])
    with pytest.raises(InvalidValueError, match=f"runs: {waiting.pk} is not done"):
        compare_ensemble_runs(study, [done.pk, waiting.pk])
    with pytest.raises(NotFoundError):
        compare_ensemble_runs(study, [done.pk, elsewhere.pk])


def test_access_is_for_leads(study, lead_user, annotator_user, outsider_user) -> None:
    row = save_run(study)
    assert access_ensemble(user=lead_user, slug=study.slug, ensemble_id=row.pk) == row
    with pytest.raises(PermissionDeniedError):
        access_ensemble(user=annotator_user, slug=study.slug, ensemble_id=row.pk)
    with pytest.raises(NotFoundError):
        access_ensemble(user=outsider_user, slug=study.slug, ensemble_id=row.pk)
    with pytest.raises(NotFoundError):
        access_ensemble(user=lead_user, slug=study.slug, ensemble_id=row.pk + 1)


def test_labels_of_a_study_are_counted(lead_user) -> None:
    study = make_labelled_study(n_queries=30, n_candidates=3, lead=lead_user)
    study.queries.filter(external_id__in=["q0", "q1"]).update(gold="")
    study.candidates.filter(name="candidate-0").update(is_active=False)
    data = get_ensemble_data(study)
    assert (data.n_labels, data.n_missing, data.n_missing_for_enough, data.can_start) == (28, 0, 172, True)
    assert [row.name for row in data.candidates] == ["baseline", "candidate-1", "candidate-2"]
    assert (data.largest_size, data.has_prices) == (3, False)
    assert "28 queries have a label" in data.sentence
    assert "172 more" in data.sentence


def test_queries_judged_for_two_count_and_identical_responses_are_known(lead_user) -> None:
    study = make_study(n_queries=5, n_candidates=2, lead=lead_user)
    record_outcomes(lead_user, study, np.array([[0, 2], [1, -1], [-1, -1], [2, 2], [-1, 0]]))
    same = study.queries.get(external_id="q1")
    same.responses.all().delete()
    for candidate in study.candidates.filter(name__in=["candidate-1", "baseline"]):
        add_response(same, candidate, "word for word")
    data = get_ensemble_data(study)
    assert (data.n_labels, data.n_missing, data.can_start) == (3, 17, False)
    table = verdict_table(study, ["candidate-1", "candidate-0"])
    assert table.outcomes.tolist() == [[2, 0], [1, 1], [-1, -1], [2, 2], [0, -1]]
    assert table.data_hash != verdict_table(study, NAMES).data_hash
