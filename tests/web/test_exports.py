"""Files to take away: started, listed, downloaded."""

import pytest
from django.urls import reverse

from annotation.jobs.runner import run_job
from annotation.services.exports import ExportFormat
from annotation.web.exports import WORDS
from tests.factories import judge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def address(study):
    return reverse("study-exports", args=[study.slug])


@pytest.mark.parametrize("export_format", [name for name in ExportFormat if name != "predictions-csv"])
def test_an_export_is_made_listed_and_downloaded(page, study, annotator_user, export_format):
    judge(annotator_user, study, "a", "b")
    answer = page.post(address(study), {"format": export_format})
    run = study.background_runs.get(kind="export_study")
    assert answer["Location"] == reverse("study-run", args=[study.slug, run.pk])
    run_job(run.pk)
    file = run.files.get()
    for where in (answer["Location"], address(study)):
        text = page.get(where).content.decode()
        assert file.name in text
        assert reverse("api:file", args=[file.pk]) in text
    download = page.get(reverse("api:file", args=[file.pk]))
    content = b"".join(download.streaming_content)
    download.close()
    assert len(content) == file.size


def test_an_unknown_format_is_named_with_the_allowed_ones(page, study):
    text = page.post(address(study), {"format": "xlsx"}, follow=True).content.decode()
    assert "xlsx" in text
    assert "verdicts-jsonl" in text
    assert not study.background_runs.exists()


def test_every_format_has_words():
    assert set(WORDS) == set(ExportFormat)
