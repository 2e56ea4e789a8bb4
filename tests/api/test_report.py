"""``GET studies/{slug}/report``."""

import pytest

from annotation.jobs.refresh_selection import refresh_study
from tests.factories import judge

pytestmark = pytest.mark.django_db


def test_json_by_default_with_the_numbers_of_the_posterior(lead, study, annotator_user):
    judge(annotator_user, study, "a", "b")
    refresh_study(study)
    report = lead.get(f"/api/v1/studies/{study.slug}/report").json()
    posterior = lead.get(f"/api/v1/studies/{study.slug}/posterior").json()
    assert report["verdicts"]["n_verdicts"] == posterior["n_verdicts"] == 2
    assert report["answer"]["best"] == posterior["best"]
    shared = ("candidate", "p_best", "win_rate", "raw_win_rate", "n_verdicts")
    assert [[entry[name] for name in shared] for entry in report["entries"]] == [
        [entry[name] for name in shared] for entry in posterior["entries"]
    ]


@pytest.mark.parametrize(("report_type", "start"), [("html", "<!doctype html>"), ("md", "# Study")])
def test_other_forms(lead, study, report_type, start):
    response = lead.get(f"/api/v1/studies/{study.slug}/report", {"type": report_type})
    assert response.content.decode().startswith(start)
    assert f"report.{report_type}" in response["Content-Disposition"]


def test_unknown_forms_are_refused(lead, study):
    response = lead.get(f"/api/v1/studies/{study.slug}/report", {"type": "pdf"})
    assert response.status_code == 400


def test_annotators_do_not_read_it(annotator, study):
    assert annotator.get(f"/api/v1/studies/{study.slug}/report").status_code == 403
