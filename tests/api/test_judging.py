"""The loop over the API: take, keep, judge, skip, undo; and blind all the way."""

import json
import re
import uuid

import pytest

from annotation.models import Lease, Study, Verdict
from annotation.services.verdicts import outcome_of
from tests.factories import expire, judge, make_study


def take(client, study, **body):
    response = client.post(f"/api/v1/studies/{study.slug}/leases", body, format="json")
    assert response.status_code == 201, response.data
    return response.json()


def submit(client, lease, choice="a", **fields):
    return client.post(f"/api/v1/leases/{lease['id']}/verdict", {"choice": choice, **fields}, format="json")


def test_comparison_has_texts_and_progress(annotator, study) -> None:
    lease = take(annotator, study)
    row = Lease.objects.get(pk=lease["id"])
    candidate = row.comparison.query.responses.get(candidate=row.comparison.candidate).turns
    assert lease["query_turns"] == row.comparison.query.turns
    assert lease["a_turns" if row.candidate_side == "a" else "b_turns"] == candidate
    assert lease["query_turns"][0] in lease["html"]
    assert lease["progress"]["n_wanted"] == 12


def test_nothing_tells_the_sides_apart(annotator, annotator_user, study) -> None:
    """Neither names and keys of candidates, nor the side, nor an outcome, in any answer of the loop."""
    lease = take(annotator, study)
    answers = [lease, submit(annotator, lease).json()]
    address = f"/api/v1/studies/{study.slug}"
    answers += [annotator.get(address).json(), annotator.get(f"{address}/progress").json()]
    answers += [
        annotator.post(f"{address}/undo", {}, format="json").json(),
        annotator.get("/api/v1/studies").json(),
    ]
    text = json.dumps(answers)
    assert not [name for name in study.candidates.values_list("name", flat=True) if name in text]
    keys = set(re.findall(r'"(\w+)":', text))
    assert not keys & {"candidate", "baseline", "outcome", "candidate_side", "selection_score", "strategy"}
    assert '"settings": null' in text


@pytest.mark.parametrize("choice", ["a", "b", "tie", "both_bad"])
def test_verdict_is_recorded_and_told_in_the_annotators_words(annotator, study, choice) -> None:
    lease = take(annotator, study)
    response = submit(annotator, lease, choice, strength=2, comment="clear")
    assert response.status_code == 201
    body = response.json()
    row = Verdict.objects.get()
    assert row.outcome == outcome_of(choice, row.candidate_side)
    assert (row.strength, row.comment, row.is_both_bad) == (2, "clear", choice == "both_bad")
    assert body["verdict"]["choice"] == choice
    assert body["progress"]["n_mine"] == 1


def test_same_key_twice_is_one_verdict(annotator, study) -> None:
    lease, key = take(annotator, study), str(uuid.uuid4())
    first = submit(annotator, lease, idempotency_key=key)
    second = submit(annotator, lease, idempotency_key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["verdict"] == second.json()["verdict"]
    assert Verdict.objects.count() == 1


def test_other_key_on_a_judged_lease_is_a_conflict(annotator, study) -> None:
    lease = take(annotator, study)
    submit(annotator, lease)
    response = submit(annotator, lease, "b")
    assert response.status_code == 409
    assert "undo" in response.json()["error"]["message"]


def test_strangers_key_tells_nothing(annotator, lead, study) -> None:
    key = str(uuid.uuid4())
    submit(annotator, take(annotator, study), idempotency_key=key)
    response = submit(lead, take(lead, study), idempotency_key=key)
    assert response.status_code == 409
    assert Verdict.objects.count() == 1


def test_next_one_is_fetched_while_one_is_held(annotator, study) -> None:
    first = take(annotator, study)
    assert take(annotator, study)["id"] == first["id"]
    second = take(annotator, study, holding=[first["id"]])
    assert second["id"] != first["id"]


def test_heartbeat_moves_the_end(annotator, study) -> None:
    lease = take(annotator, study)
    Lease.objects.update(expires_at=Lease.objects.get().claimed_at.replace(year=2100))
    response = annotator.patch(f"/api/v1/leases/{lease['id']}")
    assert response.status_code == 200
    assert response.json()["expires_at"] < "2100"


def test_heartbeat_too_late_is_a_conflict(annotator, study) -> None:
    lease = take(annotator, study)
    expire(Lease.objects.get())
    response = annotator.patch(f"/api/v1/leases/{lease['id']}")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "lease_expired")


def test_given_back(annotator, study) -> None:
    lease = take(annotator, study)
    assert annotator.delete(f"/api/v1/leases/{lease['id']}").status_code == 204
    assert Lease.objects.get().end_reason == "released"


def test_shown_is_noted(annotator, study) -> None:
    lease = take(annotator, study)
    annotator.post(f"/api/v1/leases/{lease['id']}/show")
    assert Lease.objects.get().shown_at is not None


def test_skipped_one_does_not_come_back(annotator, study) -> None:
    lease = take(annotator, study)
    address = f"/api/v1/leases/{lease['id']}/skip"
    assert annotator.post(address, {"reason": "unclear"}, format="json").status_code == 204
    skipped = Lease.objects.get(pk=lease["id"])
    assert take(annotator, study)["id"] != lease["id"]
    assert Lease.objects.get(is_active=True).comparison != skipped.comparison


def test_undo_brings_the_same_comparison_back(annotator, study) -> None:
    lease = take(annotator, study)
    submit(annotator, lease)
    response = annotator.post(f"/api/v1/studies/{study.slug}/undo", {}, format="json")
    assert response.status_code == 200
    assert (response.json()["a_turns"], response.json()["b_turns"]) == (lease["a_turns"], lease["b_turns"])
    assert Verdict.standing.count() == 0


def test_lead_undoes_anybodys_annotator_only_their_own(
    annotator_user, annotator, lead, lead_user, study
) -> None:
    [verdict] = judge(annotator_user, study, "a")
    [leads] = judge(lead_user, study, "a")
    address = f"/api/v1/studies/{study.slug}/undo"
    assert annotator.post(address, {"verdict_id": leads.pk}, format="json").status_code == 403
    assert lead.post(address, {"verdict_id": verdict.pk}, format="json").status_code == 204
    assert list(Verdict.standing.all()) == [leads]


def test_nothing_to_undo(annotator, study) -> None:
    assert annotator.post(f"/api/v1/studies/{study.slug}/undo", {}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "paused"}, "paused"),
        ({"status": "closed", "close_reason": "confident"}, "confident"),
        ({"status": "closed", "close_reason": "lead"}, "closed"),
    ],
)
def test_no_comparison_says_why(annotator, study, changes, reason) -> None:
    Study.objects.update(**changes)
    response = annotator.post(f"/api/v1/studies/{study.slug}/leases")
    assert (response.status_code, response.content) == (204, b"")
    assert response["X-No-Comparison-Reason"] == reason
    assert " " in response["X-No-Comparison-Message"]


def test_statements_do_not_grow_with_the_study(
    annotator, annotator_user, django_assert_max_num_queries
) -> None:
    large = make_study(n_queries=30, n_candidates=6, annotators=[annotator_user])
    judge(annotator_user, large, "a", "b", "tie")
    with django_assert_max_num_queries(40):
        lease = take(annotator, large)
    with django_assert_max_num_queries(45):
        assert submit(annotator, lease).status_code == 201
