"""When a study closes by itself, and when not."""

from dataclasses import replace

import numpy as np
import pytest

from annotation.jobs import refresh_selection
from annotation.jobs.refresh_selection import build_strategy, refresh_study
from annotation.jobs.stop_rule import stop_reason
from annotation.lookups.arrays import study_arrays
from annotation.models import PosteriorSnapshot, Study, Verdict
from annotation.services.studies import study_open, study_update
from annotation.services.verdicts import verdict_undo
from tests.factories import judge, make_labelled_study, make_study, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sure_from(monkeypatch):
    """Make every strategy claim 0.99 from a number of verdicts on, and 0.2 before."""

    def set_number(first):
        def build(study, arrays):
            strategy = build_strategy(study, arrays)
            estimate = strategy.estimate()
            claim = 0.99 if arrays.n_verdicts >= first else 0.2
            told = replace(estimate, p_near_best=np.full(len(estimate.p_near_best), claim))
            strategy.estimate = lambda: told
            return strategy

        monkeypatch.setattr(refresh_selection, "build_strategy", build)

    return set_number


def judge_on(study, annotator, n):
    """Give up to ``n`` verdicts with a refresh after each, and return how many it took to close."""
    for given in range(n + 1):
        study.refresh_from_db()
        if given == n or study.status == Study.Status.CLOSED:
            return given
        judge(annotator, study, "A" if study.kind == Study.Kind.LABELLED else "a")
        refresh_study(study)
    return n


def test_the_budget_closes_the_study(annotator_user):
    study = make_study(budget=2, target_p_best=0.999, annotators=[annotator_user])
    judge(annotator_user, study, "a", "b")
    refresh_study(study)
    study.refresh_from_db()
    assert (study.status, study.close_reason) == (Study.Status.CLOSED, Study.CloseReason.BUDGET)


def test_the_last_comparison_closes_the_study(annotator_user):
    study = make_study(n_queries=1, n_candidates=2, target_p_best=0.999, annotators=[annotator_user])
    judge(annotator_user, study, "tie")
    refresh_study(study)
    study.refresh_from_db()
    assert study.status == Study.Status.OPEN
    judge(annotator_user, study, "tie")
    refresh_study(study)
    study.refresh_from_db()
    assert study.status == Study.Status.CLOSED
    assert study.close_reason in (Study.CloseReason.EXHAUSTED, Study.CloseReason.CONFIDENT)


def test_open_overlap_keeps_the_study_open():
    first, second = make_user(), make_user()
    study = make_study(overlap=2, annotators=[first, second])
    judge(first, study, "tie")
    arrays = study_arrays(study)
    estimate = build_strategy(study, arrays).estimate()
    unsure = replace(estimate, p_near_best=np.full(4, 0.25))
    assert stop_reason(study, arrays, unsure, n_free=0) == ""
    judge(second, study, "tie")
    assert stop_reason(study, arrays, unsure, n_free=0) == Study.CloseReason.EXHAUSTED


def claim(study, **claims):
    """Give the study a time line: ``n12=0.9`` is a claim of 0.9 after 12 verdicts."""
    for name, p in claims.items():
        PosteriorSnapshot.objects.create(study=study, n_verdicts=int(name[1:]), entropy=1.0, p_near_best=p)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, ""),
        ({"n19": 0.96}, ""),
        ({"n18": 0.96, "n19": 0.96}, Study.CloseReason.CONFIDENT),
        ({"n17": 0.97, "n18": 0.94, "n19": 0.96}, ""),
        ({"n17": 0.97, "n18": None, "n19": 0.96}, ""),
        ({"n0": 1.0, "n18": 0.96, "n21": 0.1}, Study.CloseReason.CONFIDENT),
    ],
)
def test_a_claim_must_hold_through_the_last_tenth(study, claims, reason):
    claim(study, **claims)
    arrays = study_arrays(study)
    sure = replace(build_strategy(study, arrays).estimate(), p_near_best=np.full(4, 0.96))
    assert stop_reason(study, replace(arrays, n_verdicts=20, n_given=20), sure, n_free=5) == reason
    unsure = replace(sure, p_near_best=np.full(4, 0.94))
    assert stop_reason(study, replace(arrays, n_verdicts=20, n_given=20), unsure, n_free=5) == ""


def test_a_reopened_study_takes_another_tenth(lead_user, annotator_user):
    study = make_study(
        target_p_best=0.5, near_delta=0.2, n_queries=8, lead=lead_user, annotators=[annotator_user]
    )
    n_at_close = []
    for _ in range(2):
        study_open(user=lead_user, slug=study.slug)
        refresh_study(study)
        study.refresh_from_db()
        while study.status == Study.Status.OPEN:
            judge(annotator_user, study, "a")
            refresh_study(study)
            study.refresh_from_db()
        assert study.close_reason == Study.CloseReason.CONFIDENT
        n_at_close.append(Verdict.standing.count())
    # The look at the first verdict after it begins the new run, the next ends it.
    assert n_at_close[1] == n_at_close[0] + 2


@pytest.mark.parametrize("change", [{"near_delta": 0.2}, {"data_version": 9}])
def test_claims_of_other_settings_or_responses_do_not_count(study, annotator_user, change):
    judge(annotator_user, study, "a")
    refresh_study(study)
    judge(annotator_user, study, "a")
    refresh_study(study)
    kept = PosteriorSnapshot.objects.filter(study=study).values_list("n_verdicts", "p_near_best")
    assert all(0 < p <= 1 for _, p in kept)
    Study.objects.filter(pk=study.pk).update(**change)
    study.refresh_from_db()
    judge(annotator_user, study, "a")
    refresh_study(study)
    assert [n for n, p in kept.all().order_by("n_verdicts") if p is None] == [1, 2]


def test_a_target_that_is_reached_closes_the_study(annotator_user):
    study = make_study(target_p_best=0.5, near_delta=0.2, annotators=[annotator_user])
    for _ in range(12):
        study.refresh_from_db()
        if study.status == Study.Status.CLOSED:
            break
        judge(annotator_user, study, "a")
        refresh_study(study)
    assert study.close_reason == Study.CloseReason.CONFIDENT
    assert Verdict.standing.count() < 12


def labelled_with(n_imported, lead, annotator):
    study = make_labelled_study(n_queries=60, lead=lead, annotators=[annotator])
    free = list(study.queries.order_by("pk").values_list("pk", flat=True)[n_imported:])
    study.queries.filter(pk__in=free).update(gold="")
    return study


def test_imported_labels_are_one_look(sure_from, lead_user, annotator_user):
    study = labelled_with(50, lead_user, annotator_user)
    sure_from(1)
    refresh_study(study)
    study.refresh_from_db()
    assert study.close_reason == Study.CloseReason.CONFIDENT


def test_the_tenth_is_one_of_the_labels_that_people_gave(sure_from, lead_user, annotator_user):
    study = labelled_with(40, lead_user, annotator_user)
    sure_from(45)
    refresh_study(study)
    assert judge_on(study, annotator_user, 20) == 6
    assert study.close_reason == Study.CloseReason.CONFIDENT


def test_reopening_asks_for_more_than_there_was_not_for_what_is_gone(sure_from, lead_user, annotator_user):
    study = labelled_with(40, lead_user, annotator_user)
    sure_from(1)
    refresh_study(study)
    study_open(user=lead_user, slug=study.slug)
    study_update(user=lead_user, slug=study.slug, is_gold_counted=False)
    study.refresh_from_db()
    refresh_study(study)
    assert judge_on(study, annotator_user, 10) == 2


def test_a_reopened_study_whose_verdicts_are_undone(sure_from, lead_user, annotator_user):
    study = make_study(n_queries=20, lead=lead_user, annotators=[annotator_user])
    sure_from(27)
    assert judge_on(study, annotator_user, 40) == 30
    study_open(user=lead_user, slug=study.slug)
    for verdict in list(Verdict.standing.order_by("pk")[:20]):
        verdict_undo(user=lead_user, slug=study.slug, verdict_id=verdict.pk)
    study.refresh_from_db()
    refresh_study(study)
    sure_from(1)
    assert judge_on(study, annotator_user, 10) == 3  # from 11 verdicts to 13: 13 - 11 >= 1.3


def test_claims_that_rested_on_verdicts_taken_back_do_not_count(sure_from, lead_user, annotator_user):
    other = make_user()
    study = make_study(n_queries=20, lead=lead_user, annotators=[annotator_user, other])
    sure_from(20)
    assert judge_on(study, other, 2) + judge_on(study, annotator_user, 20) == 22
    bad = Verdict.standing.filter(annotator=other).latest("pk")
    study.refresh_from_db()
    assert study.status == Study.Status.OPEN
    verdict_undo(user=lead_user, slug=study.slug, verdict_id=bad.pk)
    judge(annotator_user, study, "a", "a")
    refresh_study(study)
    study.refresh_from_db()
    # Sure since 20 of the verdicts there were; of those that stand this was the first look.
    assert study.status == Study.Status.OPEN
    kept = PosteriorSnapshot.objects.filter(study=study).exclude(p_near_best=None)
    assert sorted(kept.values_list("n_verdicts", flat=True)) == [1, 23]


def test_undoing_ones_last_verdict_costs_no_claim(sure_from, annotator_user):
    study = make_study(n_queries=20, annotators=[annotator_user])
    sure_from(20)
    judge_on(study, annotator_user, 21)
    verdict_undo(user=annotator_user, slug=study.slug, verdict_id=Verdict.standing.latest("pk").pk)
    refresh_study(study)
    assert judge_on(study, annotator_user, 20) == 3
    assert Verdict.standing.count() == 23


def test_a_refresh_under_settings_that_changed_meanwhile_closes_nothing(sure_from, lead_user, annotator_user):
    study = make_study(near_delta=0.2, lead=lead_user, annotators=[annotator_user])
    sure_from(1)
    judge(annotator_user, study, "a")
    refresh_study(study)
    study_update(user=lead_user, slug=study.slug, near_delta=0.01)
    judge(annotator_user, study, "a")
    refresh_study(study)  # read before the change
    assert Study.objects.get(pk=study.pk).status == Study.Status.OPEN


def test_a_stop_for_another_reason_leaves_the_run_of_claims_alone(sure_from, lead_user, annotator_user):
    study = make_study(n_queries=20, budget=20, lead=lead_user, annotators=[annotator_user])
    sure_from(19)
    assert judge_on(study, annotator_user, 30) == 20
    Study.objects.filter(pk=study.pk).update(budget=None)
    study_open(user=lead_user, slug=study.slug)
    assert judge_on(study, annotator_user, 30) == 2
    assert study.close_reason == Study.CloseReason.CONFIDENT
