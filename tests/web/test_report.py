"""The report's page and its files."""

import json

import pytest
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import Membership
from tests.ensemble_runs import save_run
from tests.factories import add_member, judge, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, lead_user, study, annotator_user):
    judge(annotator_user, study, "a", "b")
    refresh_study(study)
    client.force_login(lead_user)
    return client


def file_url(study, report_format):
    return reverse("study-report-file", args=[study.slug, report_format])


@pytest.mark.parametrize(
    ("report_format", "content_type"),
    [("html", "text/html"), ("json", "application/json"), ("md", "text/markdown")],
)
def test_files_are_saved_under_the_name_of_the_study(page, study, report_format, content_type):
    response = page.get(file_url(study, report_format))
    assert response["Content-Type"].startswith(content_type)
    assert f'filename="{study.slug}-report.{report_format}"' in response["Content-Disposition"]


def test_page_file_and_json_show_the_same_answer(page, study):
    headline = json.loads(page.get(file_url(study, "json")).content)["answer"]["headline"]
    for address in (
        reverse("study-report", args=[study.slug]),
        file_url(study, "html"),
        file_url(study, "md"),
    ):
        assert headline.replace("-", "") in page.get(address).content.decode().replace("-", "")


def test_shown_in_the_browser_only_its_own_style_is_allowed(page, study):
    response = page.get(file_url(study, "html"), {"show": ""})
    assert "Content-Disposition" not in response
    policy = response["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_other_formats_are_named(page, study):
    response = page.get(file_url(study, "pdf"))
    assert response.status_code == 400
    assert "html, json, md" in response.content.decode()


def test_viewers_read_the_ensemble_without_links_that_are_not_for_them(page, study):
    row = save_run(study)
    address = reverse("study-report", args=[study.slug])
    chart = reverse("study-ensemble-chart", args=[study.slug, row.pk, "accuracy"])
    assert f'href="{chart}"' in page.get(address).content.decode()
    page.force_login(add_member(study, make_user("viewer"), Membership.Role.VIEWER))
    text = page.get(address).content.decode()
    assert "It pays." in text
    assert "/ensembles/" not in text
