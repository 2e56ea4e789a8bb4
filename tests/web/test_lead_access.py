"""Every page of the lead: who gets in, which methods, how many database queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotation.models import AuditEvent, BackgroundRun, Membership
from annotation.services.studies import study_pause
from annotation.tasks import TASKS
from tests.factories import add_member, judge, make_study, make_user

pytestmark = pytest.mark.django_db

PAGES = [
    "study-import",
    "study-settings",
    "study-members",
    "study-pool",
    "study-runs",
    "study-exports",
    "study-audit",
    "study-ensembles",
]
POSTS = ["study-discard", "study-invite", "study-member"]


def address(study, page, *more):
    return reverse(page, args=[study.slug, *more])


@pytest.mark.parametrize("page", PAGES)
def test_who_sees_the_pages(client, study, lead_user, annotator_user, outsider_user, page):
    assert client.get(address(study, page)).status_code == 302
    viewer = add_member(study, make_user("viewer"), Membership.Role.VIEWER)
    for user, status in ((lead_user, 200), (annotator_user, 403), (viewer, 403), (outsider_user, 404)):
        client.force_login(user)
        assert client.get(address(study, page)).status_code == status


@pytest.mark.parametrize("page", [*PAGES, *POSTS])
def test_nobody_else_can_post(client, study, annotator_user, outsider_user, page):
    form = {"action": "remove", "username": "lead", "role": "annotator", "format": "verdicts-csv"}
    for user, status in ((annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        answer = client.post(address(study, page), form)
        assert answer.status_code in (status, 405)
    assert study.memberships.count() == 2
    assert not AuditEvent.objects.filter(study=study).exists()


@pytest.mark.parametrize("page", POSTS)
def test_actions_are_posts(client, study, lead_user, page):
    client.force_login(lead_user)
    assert client.get(address(study, page)).status_code == 405


def test_forged_posts_are_refused(study, lead_user, django_user_model):
    from django.test import Client

    careful = Client(enforce_csrf_checks=True)
    careful.force_login(lead_user)
    for page in ("study-import", "study-settings", "study-members", "study-exports", "study-ensembles"):
        assert careful.post(address(study, page)).status_code == 403
    assert careful.post(reverse("study-new")).status_code == 403
    assert careful.post(address(study, "study-state", "pause")).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks_the_content_policy(client, study, lead_user, page):
    client.force_login(lead_user)
    text = client.get(address(study, page)).content.decode()
    assert " style=" not in text
    assert "onclick" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_database_queries_does_not_grow(client, lead_user, page):
    client.force_login(lead_user)
    counts = []
    for size in (2, 8):
        annotators = [make_user() for _ in range(size)]
        study = make_study(n_queries=size, n_candidates=size, lead=lead_user, annotators=annotators)
        judge(annotators[0], study, "a", "b")
        for _ in range(size):
            BackgroundRun.objects.create(
                kind="import_files", study=study, status="done", created_by=lead_user
            )
            BackgroundRun.objects.create(
                kind="export_study", study=study, status="done", created_by=lead_user
            )
            AuditEvent.objects.create(study=study, actor=lead_user, action="study_open")
        client.get(address(study, page))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(address(study, page))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 14


def test_every_kind_of_run_has_a_page(client, study, lead_user):
    client.force_login(lead_user)
    for kind in TASKS:
        for status in ("queued", "running", "done", "failed"):
            run = BackgroundRun.objects.create(kind=kind, study=study, status=status)
            assert client.get(address(study, "study-run", run.pk)).status_code == 200
            run.delete()


def test_the_audit_trail_says_who_did_what(client, study, lead_user):
    study_pause(user=lead_user, slug=study.slug)
    client.force_login(lead_user)
    client.post(address(study, "study-members"), {"username": "annotator", "role": "viewer"})
    text = client.get(address(study, "study-audit")).content.decode()
    assert "paused the study" in text
    assert "role: viewer; username: annotator" in text
    assert text.index("gave a role") < text.index("paused the study")
