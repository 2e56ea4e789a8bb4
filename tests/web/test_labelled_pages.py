"""Every page of results of a labelled study, from the first minute to the last label."""

import pytest
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.lookups.figures import FIGURES
from tests.factories import judge, make_labelled_study

pytestmark = pytest.mark.django_db
PAGES = (
    "study-dashboard",
    "study-ranking",
    "study-verdicts",
    "study-report",
    "study-settings",
    "study-pool",
    "study-exports",
    "study-ensembles",
    "study-judge",
)


@pytest.fixture(params=["imported", "nobody", "one", "all"])
def labelled(request, lead_user, annotator_user):
    """A labelled study of eight queries, open, of which this many labels count."""
    study = make_labelled_study(
        n_queries=8, lead=lead_user, annotators=[annotator_user], is_gold_counted=request.param == "all"
    )
    if request.param == "imported":
        return study
    if request.param == "one":
        judge(annotator_user, study, "A")
    refresh_study(study)
    return study


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_there_for_any_number_of_labels(client, lead_user, labelled, name):
    client.force_login(lead_user)
    answer = client.get(reverse(name, args=[labelled.slug]))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert labelled.name in text
    assert "nan" not in text.lower().split()


@pytest.mark.parametrize("name", ["study-dashboard", "study-report"])
def test_time_lines_count_labels(client, lead_user, annotator_user, name):
    study = make_labelled_study(lead=lead_user, annotators=[annotator_user], is_gold_counted=False)
    for label in "AB":
        judge(annotator_user, study, label)
        refresh_study(study)
    client.force_login(lead_user)
    text = client.get(reverse(name, args=[study.slug])).content.decode()
    table = text[text.index('aria-label="Numbers over time"') :].partition("</thead>")[0]
    assert ">Labels<" in table
    assert "erdict" not in table


@pytest.mark.parametrize("report_format", ["html", "md", "json"])
def test_reports_are_there_for_any_number_of_labels(client, lead_user, labelled, report_format):
    client.force_login(lead_user)
    answer = client.get(reverse("study-report-file", args=[labelled.slug, report_format]))
    assert answer.status_code == 200
    assert b"NaN" not in b"".join(answer)


@pytest.mark.parametrize("name", FIGURES)
def test_charts_are_there_for_any_number_of_labels(client, lead_user, labelled, name):
    client.force_login(lead_user)
    answer = client.get(reverse("study-chart", args=[labelled.slug, name]))
    assert answer.status_code == 200
    assert b"NaN" not in answer.content
