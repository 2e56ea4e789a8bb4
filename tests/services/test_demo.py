"""The demo study: made once, whole, and left alone."""

import pytest
from django.contrib.auth import authenticate, get_user_model

from annotation.models import BackgroundRun, Membership, Response, Study
from annotation.services.demo import PASSWORDS, SLUG, demo_create
from annotation.services.studies import study_close
from tests.factories import judge

pytestmark = pytest.mark.django_db


def test_the_demo_can_be_judged_at_once():
    study = demo_create()
    assert study.status == Study.Status.OPEN
    assert study.queries.count() == 30
    assert study.candidates.count() == 7
    assert Response.objects.filter(query__study=study).count() == 210
    assert study.baseline.name == "harbor-base"
    assert dict(study.memberships.values_list("user__username", "role")) == {
        "lead": Membership.Role.LEAD,
        "annotator": Membership.Role.ANNOTATOR,
    }
    queued = set(study.background_runs.values_list("kind", flat=True))
    assert queued == {BackgroundRun.Kind.PREPARE_STUDY, BackgroundRun.Kind.REFRESH_SELECTION}
    judge(get_user_model().objects.get(username="annotator"), study, "a")


def test_everybody_can_log_in_with_the_printed_password():
    demo_create()
    for username, password in PASSWORDS.items():
        assert authenticate(username=username, password=password) is not None


def test_a_second_start_changes_nothing():
    study = demo_create()
    lead = get_user_model().objects.get(username="lead")
    lead.set_password("changed by its owner")
    lead.save()
    study_close(user=lead, slug=SLUG)
    n_runs = BackgroundRun.objects.count()
    again = demo_create()
    assert (again.pk, again.status) == (study.pk, Study.Status.CLOSED)
    assert BackgroundRun.objects.count() == n_runs
    assert authenticate(username="lead", password="changed by its owner") is not None


def test_an_interrupted_start_is_completed(monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("annotation.services.demo.import_sources", interrupted)
        with pytest.raises(KeyboardInterrupt):
            demo_create()
    assert Study.objects.get(slug=SLUG).status == Study.Status.DRAFT
    assert demo_create().status == Study.Status.OPEN
