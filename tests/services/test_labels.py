"""Labels given by people: one human action settles the outcomes of all candidates of a query."""

import uuid

import numpy as np
import pytest

from annotation.exceptions import ConflictError, InvalidValueError, LeaseExpiredError, NoComparisonError
from annotation.jobs.refresh_selection import build_problem, refresh_study
from annotation.lookups.arrays import label_outcomes, queries_to_label, study_arrays
from annotation.lookups.judging import get_label_view, get_progress
from annotation.lookups.labels import label_table
from annotation.lookups.results import get_result
from annotation.models import AuditEvent, Query, Response, SelectionState, Study, Verdict
from annotation.selection import MISSING, Outcome
from annotation.services.leases import lease_claim
from annotation.services.studies import study_create, study_open, study_update
from annotation.services.verdicts import comparison_skip, verdict_submit, verdict_undo
from tests.factories import expire, make_labelled_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(lead_user, annotator_user):
    """An open labelled study of 12 queries whose imported labels are hidden."""
    return make_labelled_study(lead=lead_user, annotators=[annotator_user], is_gold_counted=False)


def give(user, study, label=None):
    """Label the next query, rightly when ``label`` is None."""
    lease = lease_claim(user=user, slug=study.slug)
    label = label or lease.comparison.query.gold
    return verdict_submit(user=user, lease_id=lease.pk, choice=label)


def test_one_label_settles_every_candidate(study, annotator_user):
    verdict = give(annotator_user, study)
    query = verdict.comparison.query
    assert (verdict.label, verdict.outcome) == (query.gold, Outcome.DRAW)
    assert verdict.comparison.candidate == study.baseline
    table = label_table(study)
    outcomes = label_outcomes(table)[table.query_ids.index(query.pk)]
    base = Response.objects.get(query=query, candidate=study.baseline).label == query.gold
    for j, key in enumerate(table.candidate_ids[:-1]):
        own = Response.objects.get(query=query, candidate_id=key).label == query.gold
        expected = Outcome.DRAW if own == base else Outcome.WIN if own else Outcome.LOSS
        assert outcomes[j] == expected
    assert np.count_nonzero((label_outcomes(table) != MISSING).any(axis=1)) == 1


def test_the_ranking_is_of_queries_and_shrinks_with_labels(study, annotator_user):
    state = refresh_study(study)
    assert {row["query"] for row in state.ranking} == set(queries_to_label(study))
    assert {row["candidate"] for row in state.ranking} == {study.baseline_id}
    labelled = {give(annotator_user, study).comparison.query_id for _ in range(3)}
    state = refresh_study(study)
    assert not labelled & {row["query"] for row in state.ranking}
    assert state.n_verdicts == 3


def test_the_first_query_asked_is_the_strategys_first(study, annotator_user):
    first = refresh_study(study).ranking[0]["query"]
    assert lease_claim(user=annotator_user, slug=study.slug).comparison.query_id == first


def test_strategies_see_what_candidates_chose(study):
    Response.objects.filter(candidate__name="candidate-0").update(label="-")
    study.data_version += 1_000_000
    study.save()
    arrays = study_arrays(study)
    problem = build_problem(arrays)
    assert (problem.predictions[:, 0] == -1).all()
    np.testing.assert_array_equal(problem.predictions[:, 1:], arrays.labels.choices[:, 1:])


def test_the_same_key_twice_is_one_label(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    key = uuid.uuid4()
    for _ in range(2):
        verdict_submit(user=annotator_user, lease_id=lease.pk, choice="A", idempotency_key=key)
    assert Verdict.standing.count() == 1


@pytest.mark.parametrize("choice", ["a", "tie", "D", "-", ""])
def test_labels_that_are_no_option_are_refused(study, annotator_user, choice):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    with pytest.raises(InvalidValueError, match="must be one of A, B, C"):
        verdict_submit(user=annotator_user, lease_id=lease.pk, choice=choice)


def test_undo_brings_the_query_back(study, annotator_user):
    verdict = give(annotator_user, study)
    lease = verdict_undo(user=annotator_user, slug=study.slug)
    assert lease.comparison.query_id == verdict.comparison.query_id
    assert label_table(study).n_known == 0
    again = verdict_submit(user=annotator_user, lease_id=lease.pk, choice="B")
    assert label_table(study).n_known == 1
    assert again.label == "B"


def test_a_lead_takes_a_label_back_and_the_trail_says_so(study, lead_user, annotator_user):
    verdict = give(annotator_user, study)
    verdict_undo(user=lead_user, slug=study.slug, verdict_id=verdict.pk)
    assert label_table(study).n_known == 0
    assert AuditEvent.objects.get(action="verdict_undo").details == {"verdict": verdict.pk}


def test_a_late_label_counts_unless_somebody_else_took_the_query(study, lead_user, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    expire(lease)
    assert verdict_submit(user=annotator_user, lease_id=lease.pk, choice="A").label == "A"
    late = lease_claim(user=annotator_user, slug=study.slug)
    expire(late)
    other = lease_claim(user=lead_user, slug=study.slug)
    assert other.comparison_id == late.comparison_id
    with pytest.raises(LeaseExpiredError):
        verdict_submit(user=annotator_user, lease_id=late.pk, choice="A")


def test_skipped_queries_go_to_others(study, lead_user, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    comparison_skip(user=annotator_user, lease_id=lease.pk, reason="I do not know")
    assert lease_claim(user=annotator_user, slug=study.slug).comparison_id != lease.comparison_id
    assert lease_claim(user=lead_user, slug=study.slug).comparison_id == lease.comparison_id
    with pytest.raises(ConflictError, match="skipped"):
        verdict_submit(user=annotator_user, lease_id=lease.pk, choice="A")


def test_all_queries_labelled_closes_the_study(study, annotator_user):
    for _ in queries_to_label(study):
        give(annotator_user, study)
    with pytest.raises(NoComparisonError) as end:
        lease_claim(user=annotator_user, slug=study.slug)
    assert end.value.reason == "nothing_left"
    assert refresh_study(study).ranking == []
    study.refresh_from_db()
    assert study.status == "closed"


def test_the_budget_counts_what_people_give(study, annotator_user):
    Query.objects.filter(pk__in=queries_to_label(study)[:2]).update(gold="")
    Study.objects.filter(pk=study.pk).update(budget=1, is_gold_counted=True, data_version=2_000_000)
    study.refresh_from_db()
    assert len(queries_to_label(study)) == 2
    verdict_submit(
        user=annotator_user, lease_id=lease_claim(user=annotator_user, slug=study.slug).pk, choice="A"
    )
    with pytest.raises(NoComparisonError) as end:
        lease_claim(user=annotator_user, slug=study.slug)
    assert end.value.reason == "budget"
    assert get_progress(study=study, user=annotator_user).n_wanted == 1


def test_two_people_who_disagree_leave_the_query_open_and_unasked(study, lead_user, annotator_user):
    Study.objects.filter(pk=study.pk).update(overlap=2)
    study.refresh_from_db()
    first = give(annotator_user, study, "A")
    second = give(lead_user, study, "B")
    assert first.comparison_id == second.comparison_id
    state = refresh_study(study)
    assert first.comparison.query_id not in {row["query"] for row in state.ranking}
    assert label_table(study).n_known == 0


def test_imported_labels_that_count_give_the_answer_at_once(lead_user):
    study = make_labelled_study(n_queries=40, lead=lead_user, status="draft")
    study_open(user=lead_user, slug=study.slug)
    refresh_study(Study.objects.get(pk=study.pk))
    study.refresh_from_db()
    assert (study.status, study.close_reason) == ("closed", "exhausted")
    result = get_result(study)
    assert (result.n_verdicts, result.n_given) == (40, 0)
    table = label_table(study)
    accuracy = dict(zip(table.candidates, table.is_right.mean(axis=0), strict=True))
    for entry in result.entries:
        assert entry.accuracy == pytest.approx(accuracy[entry.candidate.name])
        expected = 0.5 + (accuracy[entry.candidate.name] - accuracy["baseline"]) / 2
        assert entry.raw_win_rate == pytest.approx(expected)
        assert entry.win_rate == pytest.approx(expected)
    assert result.best.accuracy == max(accuracy.values())
    assert result.best.p_best == 1.0


def test_hidden_labels_are_shown_to_nobody_who_labels(study, annotator_user):
    view = get_label_view(lease_claim(user=annotator_user, slug=study.slug))
    assert [option.label for option in view.options] == ["A", "B", "C"]
    assert not {"gold", "reference"} & set(vars(view))


def test_progress_counts_queries(study, annotator_user):
    give(annotator_user, study)
    progress = get_progress(study=study, user=annotator_user)
    assert (progress.n_verdicts, progress.n_wanted) == (1, len(queries_to_label(study)))


def test_queries_on_which_all_agree_are_asked_of_nobody(study):
    query = study.queries.order_by("pk").first()
    Response.objects.filter(query=query).update(label="B")
    Study.objects.filter(pk=study.pk).update(data_version=3_000_000)
    study.refresh_from_db()
    assert query.pk not in queries_to_label(study)


def test_a_labelled_study_starts_with_a_strategy_that_fits(lead_user):
    study = study_create(user=lead_user, name="Labels", kind="labelled")
    assert study.strategy == "model_selector"
    with pytest.raises(InvalidValueError, match="does not fit a labelled study"):
        study_update(user=lead_user, slug=study.slug, strategy="item_response")
    with pytest.raises(InvalidValueError, match="does not fit a pairwise study"):
        study_create(user=lead_user, name="Texts", strategy="select_llm")


def test_select_llm_ranks_labelled_studies_too(study):
    Study.objects.filter(pk=study.pk).update(strategy="select_llm", strategy_params={})
    study.refresh_from_db()
    refresh_study(study)
    assert SelectionState.objects.get(study=study).ranking
