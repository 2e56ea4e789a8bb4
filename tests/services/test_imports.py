"""Starting an import: who may, what is kept, what is refused at once."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.exceptions import FileFormatError, InvalidValueError, NotFoundError, PermissionDeniedError
from annotation.jobs.runner import run_job
from annotation.models import AuditEvent, BackgroundRun, StudyFile
from annotation.services.imports import import_start

pytestmark = pytest.mark.django_db

ROWS = b"query_id,model,response\nq0,newcomer,text\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept_files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_files_are_kept_and_the_import_runs(study, lead_user, media):
    upload = SimpleUploadedFile("rows.csv", ROWS)
    run = import_start(user=lead_user, slug=study.slug, files=[upload], is_strict=True)
    row = run.files.get()
    assert (row.name, row.size, row.sha256) == ("rows.csv", len(ROWS), hashlib.sha256(ROWS).hexdigest())
    assert [path.read_bytes() for path in kept_files(media)] == [ROWS]
    assert run.params["is_strict"] is True
    run_job(run.pk)
    run.refresh_from_db()
    assert run.result["responses_new"] == 1
    assert study.candidates.filter(name="newcomer").exists()
    event = AuditEvent.objects.get(study=study, action="import_start")
    assert event.details["files"] == ["rows.csv"]


def test_the_wake_up_is_sent_when_the_rows_are_there(
    study, lead_user, monkeypatch, django_capture_on_commit_callbacks
):
    from annotation.tasks import import_files

    woken = []
    monkeypatch.setattr(import_files, "delay", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        run = import_start(user=lead_user, slug=study.slug, files=[SimpleUploadedFile("rows.csv", ROWS)])
    assert woken == [run.pk]


def test_annotators_and_outsiders_may_not(study, annotator_user, outsider_user, media):
    for user, error in ((annotator_user, PermissionDeniedError), (outsider_user, NotFoundError)):
        with pytest.raises(error):
            import_start(user=user, slug=study.slug, files=[SimpleUploadedFile("rows.csv", ROWS)])
    assert not kept_files(media)


def test_an_unknown_format_is_refused_at_once_and_nothing_is_kept(study, lead_user, media):
    files = [SimpleUploadedFile("rows.csv", ROWS), SimpleUploadedFile("notes.txt", b"hello")]
    with pytest.raises(FileFormatError, match=r"notes.txt: neither JSON nor a known CSV.*Allowed are"):
        import_start(user=lead_user, slug=study.slug, files=files)
    assert not kept_files(media)
    assert not StudyFile.objects.exists()
    assert not BackgroundRun.objects.filter(kind="import_files").exists()


@pytest.mark.parametrize("n_files", [0, 101])
def test_the_number_of_files_is_bounded(study, lead_user, n_files):
    files = [SimpleUploadedFile("rows.csv", ROWS)] * n_files
    with pytest.raises(InvalidValueError, match=f"files: {n_files}, must be 1 to 100"):
        import_start(user=lead_user, slug=study.slug, files=files)


def test_an_empty_file_and_too_large_ones_are_refused(study, lead_user, settings, media):
    with pytest.raises(FileFormatError, match=r"rows.csv: the file is empty"):
        import_start(user=lead_user, slug=study.slug, files=[SimpleUploadedFile("rows.csv", b"")])
    settings.UPLOAD_LIMIT_BYTES = 50
    with pytest.raises(InvalidValueError, match="82 bytes together, at most 50 are allowed"):
        import_start(user=lead_user, slug=study.slug, files=[SimpleUploadedFile("rows.csv", ROWS)] * 2)
    assert not kept_files(media)


def test_names_of_uploads_do_not_lead_out_of_their_folder(study, lead_user, media):
    upload = SimpleUploadedFile("rows.csv", ROWS)
    upload._name = "../../" + "x" * 300 + ".csv"
    run = import_start(user=lead_user, slug=study.slug, files=[upload])
    (path,) = kept_files(media)
    assert path.parent == media / "studies" / str(study.pk) / "upload"
    assert len(run.files.get().name) <= 255


def test_a_format_can_be_named(study, lead_user):
    files = [SimpleUploadedFile("rows.csv", ROWS)]
    with pytest.raises(InvalidValueError, match="no format 'xml'"):
        import_start(user=lead_user, slug=study.slug, files=files, format_name="xml")
    run = import_start(user=lead_user, slug=study.slug, files=files, format_name="long-csv")
    assert run.params["format_name"] == "long-csv"
