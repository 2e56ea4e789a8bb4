"""Asking for an ensemble: who may, what is refused in words, what is stored."""

import numpy as np
import pytest

from annotation.exceptions import (
    ConflictError,
    InvalidValueError,
    NotFoundError,
    PermissionDeniedError,
    TooLargeError,
)
from annotation.models import AuditEvent, BackgroundRun, EnsembleRun
from annotation.services.ensembles import ensemble_delete, ensemble_put_in_report, ensemble_start
from tests.factories import make_labelled_study, make_study, record_outcomes

pytestmark = pytest.mark.django_db


@pytest.fixture
def labelled(lead_user, annotator_user):
    return make_labelled_study(n_queries=30, n_candidates=7, lead=lead_user, annotators=[annotator_user])


def start(user, study, **wish) -> EnsembleRun:
    return ensemble_start(user=user, slug=study.slug, **wish)


def test_start_queues_a_run_with_everything_decided(lead_user, labelled) -> None:
    row = start(lead_user, labelled)
    assert (row.run.kind, row.run.status, row.author) == ("build_ensemble", "queued", lead_user)
    assert row.settings == {
        "size": 5,
        "money": None,
        "prices": {},
        "objective": "mi",
        "rule": "auto",
        "estimator": "auto",
        "seed": labelled.seed,
        "n_validations": 2,
        "stops_early": True,
        "candidates": ["baseline", *(f"candidate-{j}" for j in range(7))],
    }
    assert AuditEvent.objects.get(action="ensemble_start").details["ensemble"] == row.pk


def test_size_is_by_default_what_the_pool_allows(lead_user, labelled) -> None:
    row = start(lead_user, labelled, candidates=["candidate-1", "candidate-0", "baseline"])
    assert row.settings["size"] == 3
    assert row.settings["candidates"] == ["baseline", "candidate-0", "candidate-1"]


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"size": 9}, "size: 9, must be from 1 to 8"),
        ({"size": 0}, "size: 0, must be from 1 to 8"),
        ({"objective": "luck"}, "objective: 'luck'"),
        ({"rule": "oracle"}, "rule: 'oracle'"),
        ({"estimator": "guess"}, "estimator: 'guess'"),
        ({"n_validations": 11}, "n_validations: 11, must be from 0 to 10"),
        ({"seed": -1}, "seed: -1"),
        ({"money": 3.0}, "money: 8 of 8 candidates have no price"),
        ({"candidates": ["candidate-0", "nobody"]}, "candidates: 'nobody'"),
        ({"candidates": ["candidate-0"]}, "candidates: 1 to choose from"),
        ({"members": 3}, "members: unknown setting, allowed are size, money"),
    ],
)
def test_what_cannot_be_is_refused_by_name(lead_user, labelled, wish, message) -> None:
    with pytest.raises(InvalidValueError, match=message):
        start(lead_user, labelled, **wish)
    assert not EnsembleRun.objects.exists()
    assert not BackgroundRun.objects.filter(kind="build_ensemble").exists()


def test_money_needs_to_buy_somebody(lead_user, labelled) -> None:
    labelled.candidates.update(price="0.5")
    with pytest.raises(InvalidValueError, match=r"money: 0\.4, must be at least 0\.5"):
        start(lead_user, labelled, money=0.4)
    with pytest.raises(InvalidValueError, match="money: nan"):
        start(lead_user, labelled, money=float("nan"))
    assert start(lead_user, labelled, money=1.0).settings["prices"]["candidate-3"] == 0.5


def test_prices_of_zero_are_prices(lead_user, labelled) -> None:
    labelled.candidates.update(price=0)
    row = start(lead_user, labelled, money=0.0)
    assert (row.settings["money"], row.settings["size"]) == (0.0, 8)


def test_too_many_sets_are_refused_before_the_work(lead_user) -> None:
    study = make_labelled_study(n_queries=20, n_candidates=24, lead=lead_user)
    with pytest.raises(TooLargeError, match="exhaustive"):
        start(lead_user, study, objective="exhaustive", size=8)


def test_too_few_labels_are_refused_with_how_many_are_missing(lead_user) -> None:
    study = make_labelled_study(n_queries=13, lead=lead_user)
    with pytest.raises(ConflictError, match=r"13 queries have a label\. .* at least 20: 7 more labels\."):
        start(lead_user, study)


def test_too_few_joint_verdicts_are_refused_with_how_many_are_missing(lead_user) -> None:
    study = make_study(n_queries=25, lead=lead_user)
    outcomes = np.full((25, 3), -1)
    outcomes[:, 0] = 2
    outcomes[:19, 1] = 0
    record_outcomes(lead_user, study, outcomes)
    with pytest.raises(ConflictError, match=r"19 queries are judged .* at least 20: 1 more such query\."):
        start(lead_user, study)
    more = np.full((25, 3), -1)
    more[19, 1] = 1
    record_outcomes(lead_user, study, more)
    assert start(lead_user, study).settings["candidates"] == [f"candidate-{j}" for j in range(3)]


def test_a_draft_without_a_baseline_is_refused_politely(lead_user) -> None:
    study = make_study(lead=lead_user, status="draft")
    study.baseline = None
    study.save()
    with pytest.raises(ConflictError, match="0 queries are judged"):
        start(lead_user, study)


def test_leads_only(labelled, annotator_user, outsider_user, lead_user) -> None:
    row = start(lead_user, labelled)
    calls = (
        lambda user: start(user, labelled),
        lambda user: ensemble_put_in_report(user=user, slug=labelled.slug, ensemble_id=row.pk),
        lambda user: ensemble_delete(user=user, slug=labelled.slug, ensemble_id=row.pk),
    )
    for call in calls:
        with pytest.raises(PermissionDeniedError):
            call(annotator_user)
        with pytest.raises(NotFoundError):
            call(outsider_user)


def test_only_one_run_is_in_the_report(lead_user, labelled) -> None:
    first, second = start(lead_user, labelled), start(lead_user, labelled)
    with pytest.raises(ConflictError, match="done"):
        ensemble_put_in_report(user=lead_user, slug=labelled.slug, ensemble_id=first.pk)
    BackgroundRun.objects.update(status="done")
    for row in (first, second):
        ensemble_put_in_report(user=lead_user, slug=labelled.slug, ensemble_id=row.pk)
    assert list(EnsembleRun.objects.filter(is_in_report=True)) == [second]
    ensemble_put_in_report(user=lead_user, slug=labelled.slug, ensemble_id=second.pk, is_in_report=False)
    assert not EnsembleRun.objects.filter(is_in_report=True).exists()


def test_delete_takes_the_background_run_along_but_not_under_a_worker(lead_user, labelled) -> None:
    row = start(lead_user, labelled)
    BackgroundRun.objects.update(status="running")
    with pytest.raises(ConflictError, match="being built"):
        ensemble_delete(user=lead_user, slug=labelled.slug, ensemble_id=row.pk)
    BackgroundRun.objects.update(status="queued")
    ensemble_delete(user=lead_user, slug=labelled.slug, ensemble_id=row.pk)
    assert not EnsembleRun.objects.exists()
    assert not BackgroundRun.objects.filter(pk=row.run_id).exists()


def test_another_studys_run_does_not_exist_here(lead_user, labelled) -> None:
    other = make_labelled_study(n_queries=30, lead=lead_user)
    row = start(lead_user, other)
    with pytest.raises(NotFoundError):
        ensemble_delete(user=lead_user, slug=labelled.slug, ensemble_id=row.pk)
