"""Studies, members, candidates and queries over the API."""

import pytest

from annotation.models import AuditEvent, BackgroundRun, Candidate, Membership, Study
from tests.factories import make_study, make_user

STUDIES = "/api/v1/studies"


def test_list_has_my_studies_alone_with_my_role(lead, annotator, outsider, study) -> None:
    make_study()
    rows = lead.get(STUDIES).json()
    assert [(row["slug"], row["role"]) for row in rows["results"]] == [(study.slug, "lead")]
    assert annotator.get(STUDIES).json()["results"][0]["role"] == "annotator"
    assert outsider.get(STUDIES).json()["results"] == []


def test_list_comes_in_pages(lead, lead_user, study) -> None:
    for _ in range(3):
        make_study(lead=lead_user)
    page = lead.get(STUDIES, {"limit": 2}).json()
    assert (page["count"], len(page["results"])) == (4, 2)
    rest = lead.get(page["next"]).json()["results"]
    assert not {row["slug"] for row in rest} & {row["slug"] for row in page["results"]}


def test_create_makes_me_the_lead(outsider, outsider_user) -> None:
    response = outsider.post(STUDIES, {"name": "My Task", "budget": 50}, format="json")
    assert response.status_code == 201
    body = response.json()
    assert (body["slug"], body["status"], body["role"]) == ("my-task", "draft", "lead")
    assert (body["settings"]["budget"], body["settings"]["baseline"]) == (50, None)
    assert Membership.objects.get(user=outsider_user).role == "lead"


def test_taken_slug_is_a_conflict(lead, study) -> None:
    response = lead.post(STUDIES, {"name": "x", "slug": study.slug}, format="json")
    assert response.status_code == 409


def test_settings_are_for_those_who_may_know_the_baseline(lead, annotator, viewer, study) -> None:
    address = f"{STUDIES}/{study.slug}"
    assert lead.get(address).json()["settings"]["baseline"] == "baseline"
    assert viewer.get(address).json()["settings"]["baseline"] == "baseline"
    assert annotator.get(address).json()["settings"] is None


def test_patch_changes_what_is_named_and_nothing_else(lead, study) -> None:
    before = lead.get(f"{STUDIES}/{study.slug}").json()
    response = lead.patch(
        f"{STUDIES}/{study.slug}",
        {"budget": 7, "guidelines": "Be fair.", "baseline": "candidate-1"},
        format="json",
    )
    assert response.status_code == 200
    expected = before["settings"] | {"budget": 7, "baseline": "candidate-1"}
    # Parameters are completed by their defaults.
    assert response.json()["settings"] | {"strategy_params": {}} == expected
    assert response.json()["guidelines"] == "Be fair."
    study.refresh_from_db()
    assert study.baseline.name == "candidate-1"


def test_patch_can_lift_the_budget(lead, study) -> None:
    Study.objects.update(budget=5)
    lead.patch(f"{STUDIES}/{study.slug}", {"budget": None}, format="json")
    study.refresh_from_db()
    assert study.budget is None


def test_open_pause_close(lead, study) -> None:
    for action, status in (("pause", "paused"), ("open", "open"), ("close", "closed")):
        assert lead.post(f"{STUDIES}/{study.slug}/{action}").json()["status"] == status


def test_empty_study_does_not_open(lead, lead_user, db) -> None:
    slug = lead.post(STUDIES, {"name": "Empty"}, format="json").json()["slug"]
    response = lead.post(f"{STUDIES}/{slug}/open")
    assert response.status_code == 409
    assert "import" in response.json()["error"]["message"]


def test_members(lead, study) -> None:
    make_user("newcomer")
    address = f"{STUDIES}/{study.slug}/members"
    assert lead.post(address, {"username": "newcomer", "role": "viewer"}, format="json").status_code == 201
    lead.post(address, {"username": "newcomer", "role": "annotator"}, format="json")
    rows = {row["username"]: row["role"] for row in lead.get(address).json()["results"]}
    assert rows == {"lead": "lead", "annotator": "annotator", "newcomer": "annotator"}
    assert lead.delete(f"{address}/newcomer").status_code == 204
    assert lead.get(address).json()["count"] == 2


def test_member_who_is_nobody(lead, study) -> None:
    address = f"{STUDIES}/{study.slug}/members"
    assert lead.post(address, {"username": "ghost", "role": "viewer"}, format="json").status_code == 404
    assert lead.delete(f"{address}/ghost").status_code == 404


def test_last_lead_stays(lead, study) -> None:
    response = lead.delete(f"{STUDIES}/{study.slug}/members/lead")
    assert response.status_code == 409


def test_candidates(lead, study) -> None:
    rows = lead.get(f"{STUDIES}/{study.slug}/candidates").json()["results"]
    assert [(row["name"], row["is_baseline"]) for row in rows] == [
        ("baseline", True),
        ("candidate-0", False),
        ("candidate-1", False),
        ("candidate-2", False),
    ]


def change(client, study, name, **changes):
    candidate = study.candidates.get(name=name)
    address = f"{STUDIES}/{study.slug}/candidates/{candidate.pk}"
    return client.patch(address, changes, format="json")


def test_candidate_gets_price_and_family(lead, study) -> None:
    response = change(lead, study, "candidate-0", price="0.002", family="small")
    assert (response.json()["price"], response.json()["family"]) == ("0.002000", "small")
    assert AuditEvent.objects.get(action="candidate_update").details["price"] == "0.002000"


def test_candidate_leaves_the_pool(lead, study) -> None:
    version = study.data_version
    assert change(lead, study, "candidate-0", is_active=False).json()["is_active"] is False
    study.refresh_from_db()
    assert study.data_version == version + 1
    kinds = set(BackgroundRun.objects.values_list("kind", flat=True))
    assert kinds == {"prepare_study", "refresh_selection"}


def test_same_values_change_nothing(lead, study) -> None:
    assert change(lead, study, "candidate-0", is_active=True, family="").status_code == 200
    assert not AuditEvent.objects.exists()
    assert not BackgroundRun.objects.exists()


def test_baseline_stays_in_the_pool(lead, study) -> None:
    assert change(lead, study, "baseline", is_active=False).status_code == 409
    assert Candidate.objects.get(study=study, name="baseline").is_active


def test_candidate_of_another_study_does_not_exist_here(lead, study) -> None:
    stranger = make_study().candidates.first()
    response = lead.patch(f"{STUDIES}/{study.slug}/candidates/{stranger.pk}", {"family": "x"}, format="json")
    assert response.status_code == 404


def test_queries_in_order_with_their_texts(lead, study) -> None:
    rows = lead.get(f"{STUDIES}/{study.slug}/queries", {"limit": 2}).json()["results"]
    assert [(row["query_id"], row["turns"]) for row in rows] == [
        ("q0", ["Question 0?"]),
        ("q1", ["Question 1?"]),
    ]


@pytest.mark.parametrize("address", ["", "/{slug}/members", "/{slug}/candidates", "/{slug}/queries"])
def test_list_takes_few_statements(lead, lead_user, study, django_assert_max_num_queries, address) -> None:
    for _ in range(5):
        make_study(lead=lead_user)
    with django_assert_max_num_queries(6):
        assert lead.get(STUDIES + address.format(slug=study.slug)).status_code == 200
