from dataclasses import replace

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.jobs.prepare_study import prepare_study, weak_settings
from annotation.jobs.refresh_selection import build_problem, build_strategy, refresh_study
from annotation.lookups.arrays import consensus_outcome, study_arrays
from annotation.lookups.results import get_result
from annotation.lookups.tensors import find_tensor
from annotation.models import (
    BackgroundRun,
    Candidate,
    PosteriorSnapshot,
    Query,
    SelectionState,
    Study,
    WeakTensor,
)
from annotation.selection import NoiseModel, Outcome, update_posterior
from annotation.services.verdicts import verdict_undo
from tests.factories import add_response, judge, make_study, record_outcomes

pytestmark = pytest.mark.django_db

# What a refresh writes that depends on the clock only.
CLOCK = ("id", "computed_at", "duration_ms")


def run_prepare(study: Study) -> None:
    run = BackgroundRun.objects.create(kind="prepare_study", study=study, status="running")
    prepare_study(run.pk)


def described(study: Study) -> dict[str, object]:
    (state,) = SelectionState.objects.filter(study=study).values()
    return {name: value for name, value in state.items() if name not in CLOCK}


def test_without_verdicts_every_entry_is_equally_likely(study):
    state = refresh_study(study)
    probabilities = [entry["p_best"] for entry in state.entries]
    np.testing.assert_allclose(np.exp([entry["log_posterior"] for entry in state.entries]), 0.25)
    assert sum(probabilities) == pytest.approx(1.0)
    assert state.entropy == pytest.approx(np.log(4))
    assert state.entries[-1]["candidate"] == study.baseline_id
    assert len(state.ranking) == 12


def test_the_posterior_is_the_papers_once_a_query_is_judged(annotator_user):
    study = make_study(n_queries=1, annotators=[annotator_user])
    judge(annotator_user, study, "a", "b", "tie")
    state = refresh_study(study)
    arrays = study_arrays(study)
    told = np.full(4, int(Outcome.DRAW), dtype=np.int8)
    told[arrays.columns] = arrays.outcomes
    expected = update_posterior(np.full(4, -np.log(4)), told, NoiseModel())
    np.testing.assert_allclose([entry["log_posterior"] for entry in state.entries], expected, atol=1e-12)


def test_a_refresh_twice_changes_nothing(study, annotator_user):
    judge(annotator_user, study, "a", "tie", "b")
    refresh_study(study)
    before = described(study)
    refresh_study(study)
    assert described(study) == before


def test_the_state_is_rebuilt_from_verdicts_alone(study, annotator_user):
    run_prepare(study)
    for choice in ("a", "tie", "b"):
        judge(annotator_user, study, choice)
        refresh_study(study)
    before = described(study)
    SelectionState.objects.all().delete()
    PosteriorSnapshot.objects.all().delete()
    refresh_study(study)
    assert described(study) == before


def test_an_undone_verdict_leaves_no_trace_in_the_numbers(study, annotator_user):
    judge(annotator_user, study, "a")
    refresh_study(study)
    before = described(study)
    judge(annotator_user, study, "b")
    verdict_undo(user=annotator_user, slug=study.slug)
    refresh_study(study)
    after = described(study)
    assert after["entries"] == before["entries"]
    assert after["version"] == before["version"] + 2
    assert list(PosteriorSnapshot.objects.values_list("n_verdicts", flat=True)) == [1]


def test_a_late_refresh_never_overwrites_a_newer_state(study, annotator_user, monkeypatch):
    judge(annotator_user, study, "a")
    stale = study_arrays(study)
    judge(annotator_user, study, "b")
    refresh_study(study)
    before = described(study)
    monkeypatch.setattr("annotation.jobs.refresh_selection.study_arrays", lambda _study: stale)
    refresh_study(study)
    assert described(study) == before


def test_identical_responses_are_draws_that_nobody_is_asked_about():
    study = make_study(n_queries=2, n_candidates=1)
    candidate = study.candidates.get(name="candidate-0")
    query = study.queries.first()
    query.responses.all().delete()
    for entry in (candidate, study.baseline):
        add_response(query, entry, "the very same words")
    state = refresh_study(study)
    assert [row["query"] for row in state.ranking] == [study.queries.last().pk]
    assert (state.n_verdicts, state.entries[0]["n_verdicts"]) == (0, 0)


def test_prepare_stores_one_tensor_and_ranks_with_it(study):
    run_prepare(study)
    run_prepare(study)
    tensor = WeakTensor.objects.get()
    assert (tensor.n_queries, tensor.n_entries, tensor.n_judges) == (4, 4, 10)
    stored = find_tensor(study)
    assert set(np.unique(stored.outcomes)) <= {0, 1, 2}
    assert (stored.outcomes[:, -1] == Outcome.DRAW).all()
    state = SelectionState.objects.get()
    assert state.has_weak_judges
    assert all(row["expected_entropy"] is not None for row in state.ranking)


def expected_ratio(study: Study) -> np.ndarray:
    """Return the log length ratios recounted from the rows."""
    ratio = np.full((study.queries.count(), study.candidates.filter(is_active=True).count() - 1), np.nan)
    candidates = study.candidates.filter(is_active=True).exclude(pk=study.baseline_id).order_by("pk")
    for i, query in enumerate(study.queries.order_by("pk")):
        n_baseline = len(study.baseline.responses.get(query=query).turns[0])
        for j, candidate in enumerate(candidates):
            ratio[i, j] = np.log((1 + len(candidate.responses.get(query=query).turns[0])) / (1 + n_baseline))
    return ratio


def test_the_problem_knows_lengths_once_the_study_is_prepared(study):
    assert build_problem(study_arrays(study)).log_length_ratio is None
    expected = expected_ratio(study)
    assert len(np.unique(expected)) > 4
    run_prepare(study)
    arrays = study_arrays(study)
    problem = build_problem(arrays)
    np.testing.assert_allclose(problem.log_length_ratio, expected, rtol=1e-12)
    assert build_strategy(study, arrays).problem.log_length_ratio is not None


def test_lengths_follow_the_pool_as_it_is_now(study):
    run_prepare(study)
    expected = expected_ratio(study)
    study.candidates.filter(name="candidate-1").update(is_active=False)
    newcomer = Candidate.objects.create(study=study, name="newcomer")
    query = Query.objects.create(study=study, external_id="q-new", turns=["And this?"])
    for entry in study.candidates.all():
        add_response(query, entry, f"answer by {entry.name}")
    for old in study.queries.exclude(pk=query.pk):
        add_response(old, newcomer, "a late answer")
    study.data_version += 1000
    study.save()
    ratio = build_problem(study_arrays(study)).log_length_ratio
    assert ratio.shape == (5, 3)
    np.testing.assert_allclose(ratio[:4, :2], expected[:, [0, 2]], rtol=1e-12)
    assert np.isnan(ratio[4]).all()
    assert np.isnan(ratio[:, 2]).all()
    run_prepare(study)
    np.testing.assert_allclose(
        build_problem(study_arrays(study)).log_length_ratio, expected_ratio(study), rtol=1e-12
    )


def test_item_response_ranks_with_lengths(study):
    study.strategy = "item_response"
    study.save()
    before = refresh_study(study).ranking
    run_prepare(study)
    arrays = study_arrays(study)
    told = build_strategy(study, arrays)
    blind = build_strategy(study, replace(arrays, log_length_ratio=None))
    assert SelectionState.objects.get().ranking != before
    assert [s.score for s in told.ask(12)] != [s.score for s in blind.ask(12)]


def test_new_responses_make_a_new_tensor_and_drop_the_old_one(study):
    run_prepare(study)
    old = WeakTensor.objects.get().pk
    Study.objects.update(data_version=study.data_version + 1000)
    study.refresh_from_db()
    run_prepare(study)
    assert WeakTensor.objects.get().pk != old


def test_wrong_weak_settings_are_named(study):
    study.weak_settings = {"orders": [1, 2], "corpus": "everything"}
    with pytest.raises(InvalidValueError, match="everything"):
        weak_settings(study)
    study.weak_settings = {"colour": 1}
    with pytest.raises(InvalidValueError, match="colour"):
        weak_settings(study)


def test_preparing_needs_a_baseline(study):
    Study.objects.update(baseline=None)
    run = BackgroundRun.objects.create(kind="prepare_study", study=study, status="running")
    with pytest.raises(InvalidValueError, match="no baseline"):
        prepare_study(run.pk)


@pytest.mark.parametrize(
    ("outcomes", "consensus"),
    [([], None), ([0], 0), ([2, 0], 1), ([2, 2, 0], 2), ([1, 2], 2), ([0, 1, 1], 0), ([0, 2, 1], 1)],
)
def test_consensus_is_the_sign_of_the_sum(outcomes, consensus):
    assert consensus_outcome(outcomes) == consensus


def test_near_copies_are_found_and_stored_by_key(annotator_user):
    study = make_study(
        n_queries=30, n_candidates=4, strategy="item_response", annotators=[annotator_user], overlap=1
    )
    outcomes = np.random.default_rng(1).integers(0, 3, size=(30, 4))
    outcomes[:, 2] = outcomes[:, 0]
    record_outcomes(annotator_user, study, outcomes)
    (pair,) = refresh_study(study).near_copies
    keys = list(study.candidates.exclude(pk=study.baseline_id).order_by("pk").values_list("pk", flat=True))
    assert {pair["first"], pair["second"]} == {keys[0], keys[2]}
    assert 0.5 < pair["share"] < 1.0
    (group,) = get_result(study).near_copies
    assert group.names == ("candidate-0", "candidate-2")


def test_strategies_that_do_not_look_for_near_copies_store_none(study):
    assert refresh_study(study).near_copies == []
