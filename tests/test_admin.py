"""The admin: every table listed, derived ones never written, lists at a constant number of statements."""

import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotation import models

ALL_MODELS = [getattr(models, name) for name in models.__all__ if hasattr(getattr(models, name), "_meta")]
APPEND_ONLY = [
    models.AuditEvent,
    models.BackgroundRun,
    models.Comparison,
    models.EnsembleRun,
    models.Lease,
    models.PosteriorSnapshot,
    models.Query,
    models.Response,
    models.SelectionState,
    models.Skip,
    models.StudyFile,
    models.Verdict,
    models.WeakTensor,
]
# Columns that may hold 100 kB and more; no list may read them.
HEAVY = [
    "blob",
    "turns",
    "reference",
    "log",
    "ranking",
    "entries",
    "p_best",
    "guidelines",
    "digest",
    "result",
]
NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)


def make_rows(number: int) -> None:
    """Write one row of every table, each with relations of its own."""
    user = User.objects.create(username=f"person-{number}")
    study = models.Study.objects.create(
        slug=f"study-{number}", name=f"Study {number}", created_by=user, guidelines="Be fair."
    )
    candidate = models.Candidate.objects.create(study=study, name=f"candidate-{number}")
    study.baseline = candidate
    study.save()
    models.Membership.objects.create(user=user, study=study, role="lead")
    models.ApiToken.objects.create(user=user, name="t", prefix=f"t{number}", digest=f"{number:064x}")
    query = models.Query.objects.create(study=study, external_id=f"q{number}", turns=["Why?"])
    models.Response.objects.create(query=query, candidate=candidate, turns=["So."], text_hash="0")
    comparison = models.Comparison.objects.create(study=study, query=query, candidate=candidate)
    lease = models.Lease.objects.create(
        comparison=comparison, annotator=user, candidate_side="a", claimed_at=NOON, expires_at=NOON
    )
    models.Verdict.objects.create(
        study=study,
        comparison=comparison,
        annotator=user,
        lease=lease,
        outcome=2,
        candidate_side="a",
        submitted_at=NOON,
    )
    models.Skip.objects.create(comparison=comparison, annotator=user)
    models.WeakTensor.objects.create(
        study=study,
        data_version=1,
        settings_hash="0",
        n_queries=1,
        n_entries=1,
        n_judges=1,
        n_tokens=2,
        blob=b"b",
    )
    models.SelectionState.objects.create(study=study, best=candidate, computed_at=NOON)
    models.PosteriorSnapshot.objects.create(study=study, n_verdicts=1, entropy=0.5, best=candidate)
    run = models.BackgroundRun.objects.create(kind="export_study", study=study, created_by=user)
    models.StudyFile.objects.create(study=study, run=run, kind="export", name="v.csv", file="v.csv")
    models.EnsembleRun.objects.create(study=study, run=run, author=user)
    models.AuditEvent.objects.create(study=study, actor=user, action="study.open")


@pytest.fixture
def admin_page(admin_client: Client) -> Client:
    """Return a superuser's client, with one row in every table."""
    make_rows(0)
    return admin_client


def changelist(model: Any) -> str:
    return reverse(f"admin:annotation_{model._meta.model_name}_changelist")


def statements(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return [query["sql"] for query in captured.captured_queries]


def test_every_table_is_registered() -> None:
    assert [m.__name__ for m in ALL_MODELS if not admin.site.is_registered(m)] == []


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda m: m.__name__)
def test_list_takes_as_many_statements_for_many_rows_as_for_one(admin_page: Client, model: Any) -> None:
    few = statements(admin_page, changelist(model))
    for number in range(1, 6):
        make_rows(number)
    many = statements(admin_page, changelist(model))
    assert model.objects.count() == 6
    assert len(many) == len(few), "\n".join(many)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda m: m.__name__)
def test_list_leaves_heavy_columns_in_the_database(admin_page: Client, model: Any) -> None:
    table = model._meta.db_table
    rows = [
        sql
        for sql in statements(admin_page, changelist(model))
        if f'FROM "{table}"' in sql and "COUNT" not in sql
    ]
    assert rows, "the list was not read at all"
    read = [column for sql in rows for column in HEAVY if f'."{column}"' in sql.split(" FROM ")[0]]
    assert read == []


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda m: m.__name__)
def test_list_can_be_searched(admin_page: Client, model: Any) -> None:
    response = admin_page.get(changelist(model), {"q": "surely-not-there"})
    assert response.status_code == 200
    assert response.context["cl"].result_count == 0


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda m: m.__name__)
def test_page_of_a_row_opens(admin_page: Client, model: Any) -> None:
    row = model.objects.get()
    response = admin_page.get(reverse(f"admin:annotation_{model._meta.model_name}_change", args=[row.pk]))
    assert response.status_code == 200


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m.__name__)
def test_append_only_tables_refuse_every_write(admin_page: Client, model: Any) -> None:
    row = model.objects.get()
    name = f"admin:annotation_{model._meta.model_name}"
    assert admin_page.get(reverse(f"{name}_add")).status_code == 403
    assert admin_page.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
    assert admin_page.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    admin_page.post(
        changelist(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )
    assert model.objects.filter(pk=row.pk).exists()


def test_study_page_leads_to_its_dashboard(admin_page: Client) -> None:
    study = models.Study.objects.get()
    page = admin_page.get(reverse("admin:annotation_study_change", args=[study.pk]))
    assert f'href="{reverse("study-dashboard", args=[study.slug])}"' in page.content.decode()


def test_study_page_keeps_its_secret(admin_page: Client) -> None:
    study = models.Study.objects.get()
    page = admin_page.get(reverse("admin:annotation_study_change", args=[study.pk]))
    assert study.secret not in page.content.decode()


def test_token_can_be_revoked_but_not_made_or_read(admin_page: Client) -> None:
    token = models.ApiToken.objects.get()
    page = admin_page.get(reverse("admin:annotation_apitoken_change", args=[token.pk]))
    assert token.digest not in page.content.decode()
    assert admin_page.get(reverse("admin:annotation_apitoken_add")).status_code == 403
    admin_page.post(reverse("admin:annotation_apitoken_delete", args=[token.pk]), {"post": "yes"})
    assert not models.ApiToken.objects.exists()


def test_candidate_price_can_be_corrected(admin_page: Client) -> None:
    candidate = models.Candidate.objects.get()
    url = reverse("admin:annotation_candidate_change", args=[candidate.pk])
    admin_page.post(url, {"family": "small", "price": "0.25", "is_active": "", "name": "other"})
    candidate.refresh_from_db()
    assert (candidate.family, str(candidate.price)) == ("small", "0.250000")
    assert (candidate.name, candidate.is_active) == ("candidate-0", True)


def test_nobody_else_gets_in(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("plain"))
    response = client.get(changelist(models.Study))
    assert response.status_code == 302
    assert "login" in response["Location"]
