"""From a study's labels or verdicts to a stored ensemble, the same every time."""

import json

import numpy as np
import pytest

from annotation.ensembles import read_ensemble
from annotation.jobs.runner import run_job
from annotation.lookups.ensemble_view import view_ensemble
from annotation.models import BackgroundRun, EnsembleRun, Study
from annotation.services.ensembles import ensemble_start
from tests.ensembles.worlds import family_law
from tests.factories import make_labelled_study, make_study, record_outcomes

pytestmark = pytest.mark.django_db


def build(user, study: Study, **wish) -> EnsembleRun:
    """Start an ensemble and do its work."""
    row = ensemble_start(user=user, slug=study.slug, **wish)
    run_job(row.run_id)
    row = EnsembleRun.objects.select_related("run", "study", "author").get(pk=row.pk)
    assert row.run.status == "done", row.run.message + row.run.log
    return row


@pytest.fixture
def labelled(lead_user):
    """Eight candidates, the best right on nine of ten queries."""
    return make_labelled_study(n_queries=120, n_candidates=7, lead=lead_user, seed=3)


@pytest.fixture
def judged(lead_user):
    """Two families of candidates whose errors go together; three in four comparisons are judged."""
    study = make_study(n_queries=150, n_candidates=6, lead=lead_user)
    rng = np.random.default_rng(5)
    law, _ = family_law(5, n=6, across=0.0)
    outcomes = np.where(law.sample(150, rng), 0, 2)
    record_outcomes(lead_user, study, np.where(rng.random(outcomes.shape) < 0.75, outcomes, -1))
    return study


def test_labels_become_an_ensemble_that_predicts(lead_user, labelled) -> None:
    row = build(lead_user, labelled, size=3, n_validations=1)
    view = view_ensemble(row)
    found = view.findings
    assert (view.status, view.n_labels, view.kind) == ("done", 120, "labelled")
    assert [size.size for size in found.sizes] == [1, 2, 3]
    assert found.best_single.candidate == "candidate-6"
    assert sum(size.is_recommended for size in found.sizes) == 1
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high
    assert not found.is_enough
    assert "80 more" in found.evidence
    ensemble = read_ensemble(json.dumps(row.ensemble))
    assert list(ensemble.members) == [member.candidate for member in found.members]
    answers = labelled.queries.order_by("pk").values_list("gold", flat=True)
    columns = {
        member: list(
            labelled.candidates.get(name=member).responses.order_by("query").values_list("label", flat=True)
        )
        for member in ensemble.members
    }
    hits = np.mean([x == y for x, y in zip(ensemble.predict(columns), answers, strict=True)])
    assert hits >= 0.8


def test_verdicts_become_an_ensemble_across_families(lead_user, judged) -> None:
    view = view_ensemble(build(lead_user, judged, size=3))
    found = view.findings
    assert not view.has_file
    assert {step.candidate for step in found.steps} <= {f"candidate-{j}" for j in range(6)}
    assert "baseline" not in view.settings.candidates
    assert found.joint.n_queries == view.n_labels > 100
    assert found.joint.least >= 50
    assert found.is_enough
    names = [step.candidate for step in found.steps]
    assert found.joint.counts.candidates == found.correlation.candidates == tuple(names)
    by_hand = judged.comparisons.filter(candidate__name=names[0]).count()
    assert found.joint.counts.values[0][0] == by_hand
    assert "75 %" in found.evidence or "74 %" in found.evidence or "76 %" in found.evidence


@pytest.mark.parametrize("world", ["labelled", "judged"])
def test_same_seed_and_data_give_the_same_bits(lead_user, world, request) -> None:
    study = request.getfixturevalue(world)
    first = build(lead_user, study, size=2, n_validations=1, seed=11)
    again = build(lead_user, study, size=2, n_validations=1, seed=11)
    other = build(lead_user, study, size=2, n_validations=1, seed=12)
    assert json.dumps(first.result) == json.dumps(again.result)
    assert json.dumps(first.ensemble) == json.dumps(again.ensemble)
    assert first.data_hash == again.data_hash == other.data_hash
    assert first.result["floor"] != other.result["floor"]


def test_a_second_delivery_changes_nothing(lead_user, labelled) -> None:
    row = build(lead_user, labelled, size=2, n_validations=0)
    BackgroundRun.objects.filter(pk=row.run_id).update(status="queued", attempts=0)
    labelled.queries.update(gold="A")
    run_job(row.run_id)
    after = EnsembleRun.objects.get(pk=row.pk)
    assert (after.result, after.data_hash) == (row.result, row.data_hash)


def test_new_labels_give_another_hash(lead_user, labelled) -> None:
    before = build(lead_user, labelled, size=2, n_validations=0)
    query = labelled.queries.first()
    labelled.queries.filter(pk=query.pk).update(gold="A" if query.gold != "A" else "B")
    Study.objects.filter(pk=labelled.pk).update(data_version=labelled.data_version + 1000)
    assert build(lead_user, labelled, size=2, n_validations=0).data_hash != before.data_hash


def test_without_validation_nothing_is_claimed(lead_user, labelled) -> None:
    found = view_ensemble(build(lead_user, labelled, size=2, n_validations=0)).findings
    assert found.sentence == "Not validated."
    assert found.accuracy is None
    assert found.best_single.accuracy is None


def test_a_dropped_candidate_fails_the_run_in_words(lead_user, labelled) -> None:
    row = ensemble_start(user=lead_user, slug=labelled.slug, size=2)
    labelled.candidates.filter(name="candidate-1").update(is_active=False)
    Study.objects.filter(pk=labelled.pk).update(data_version=labelled.data_version + 1000)
    run_job(row.run_id)
    run = BackgroundRun.objects.get(pk=row.run_id)
    assert (run.status, "'candidate-1' is no longer in the pool" in run.message) == ("failed", True)


def test_one_class_only_fails_in_words(lead_user, labelled) -> None:
    labelled.queries.update(gold="B")
    row = ensemble_start(user=lead_user, slug=labelled.slug, size=2)
    run_job(row.run_id)
    run = BackgroundRun.objects.get(pk=row.run_id)
    assert run.status == "failed"
    assert "all 120 labels are 'B'" in run.message


def test_identical_candidates_and_missing_answers_give_finite_figures(lead_user, labelled) -> None:
    twin, model = labelled.candidates.get(name="candidate-5"), labelled.candidates.get(name="candidate-6")
    for response in model.responses.all():
        twin.responses.filter(query=response.query).update(label=response.label)
    labelled.candidates.get(name="candidate-0").responses.all().delete()
    row = build(lead_user, labelled, size=4, n_validations=1, stops_early=False)
    json.dumps(row.result, allow_nan=False)
    assert None not in [step[term] for step in row.result["steps"] for term in ("gain", "noise")]
    assert row.result["floor"]["value"] is not None


def test_money_is_kept(lead_user, labelled) -> None:
    for place, candidate in enumerate(labelled.candidates.order_by("pk")):
        candidate.price = place
        candidate.save()
    view = view_ensemble(build(lead_user, labelled, money=7, size=3, n_validations=0))
    assert view.findings.price <= 7
    assert view.findings.price == sum(member.price for member in view.findings.members)
    assert view.settings.money == 7
