"""A study from files to open, all of it or nothing; and drafts that nobody wants."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.exceptions import ConflictError, FileFormatError, InvalidValueError, PermissionDeniedError
from annotation.models import BackgroundRun, Study
from annotation.services.pool import pool_set_active
from annotation.services.setup import study_begin, study_discard, study_setup
from tests.factories import judge, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(content=b"query_id,prompt,model,response\nq,p,m,r\n"):
    return SimpleUploadedFile("rows.csv", content)


def keys(study, *names):
    return [study.candidates.get(name=name).pk for name in names]


def test_a_draft_begins_with_its_import(lead_user):
    study, run = study_begin(user=lead_user, name="Letters", files=[upload()], is_strict=True)
    assert (study.status, run.study, run.params["is_strict"]) == ("draft", study, True)


def test_unreadable_files_leave_no_draft(lead_user, media):
    with pytest.raises(FileFormatError):
        study_begin(user=lead_user, name="Letters", files=[upload(b"nothing known")])
    assert not Study.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_setup_is_all_or_nothing(lead_user):
    study = make_study(status="draft", lead=lead_user)
    study.queries.all().delete()
    active = keys(study, "candidate-0", "baseline")
    with pytest.raises(ConflictError, match="no queries"):
        study_setup(user=lead_user, slug=study.slug, active_ids=active, is_opening=True, name="Other")
    study.refresh_from_db()
    assert study.name != "Other"
    assert study.candidates.filter(is_active=True).count() == 4


def test_exactly_the_named_candidates_become_active(study, lead_user, annotator_user):
    judge(annotator_user, study, "a", "b")
    version = study.data_version
    where = {"user": lead_user, "slug": study.slug}
    pool_set_active(**where, candidate_ids=keys(study, "candidate-0", "baseline"))
    pool_set_active(**where, candidate_ids=keys(study, "candidate-0", "candidate-2", "baseline"))
    active = set(study.candidates.filter(is_active=True).values_list("name", flat=True))
    assert active == {"candidate-0", "candidate-2", "baseline"}
    study.refresh_from_db()
    assert study.data_version == version + 2
    event = study.audit_events.filter(action="pool_set_active").first()
    assert event.details == {"dropped": [], "restored": ["candidate-2"]}
    assert study.verdicts.count() == 2


def test_the_same_pool_again_changes_nothing(study, lead_user):
    version = study.data_version
    pool_set_active(
        user=lead_user, slug=study.slug, candidate_ids=study.candidates.values_list("pk", flat=True)
    )
    study.refresh_from_db()
    assert study.data_version == version
    assert not study.background_runs.exists()


def test_the_pool_keeps_its_baseline_and_takes_no_strangers(study, lead_user, annotator_user):
    where = {"user": lead_user, "slug": study.slug}
    with pytest.raises(ConflictError, match="baseline is the baseline"):
        pool_set_active(**where, candidate_ids=keys(study, "candidate-0"))
    stranger = make_study().baseline_id
    with pytest.raises(InvalidValueError, match=str(stranger)):
        pool_set_active(**where, candidate_ids=[stranger, study.baseline_id])
    with pytest.raises(PermissionDeniedError):
        pool_set_active(user=annotator_user, slug=study.slug, candidate_ids=[])


def test_a_discarded_draft_takes_its_files_along(lead_user, media, django_capture_on_commit_callbacks):
    study, _ = study_begin(user=lead_user, name="Letters", files=[upload()])
    with django_capture_on_commit_callbacks(execute=True):
        study_discard(user=lead_user, slug=study.slug)
    assert not Study.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_draft_with_a_baseline_can_be_discarded(lead_user):
    study = make_study(status="draft", lead=lead_user)
    study_discard(user=lead_user, slug=study.slug)
    assert not Study.objects.exists()


def test_only_idle_drafts_are_discarded_and_only_by_leads(study, lead_user, annotator_user):
    with pytest.raises(PermissionDeniedError):
        study_discard(user=annotator_user, slug=study.slug)
    with pytest.raises(ConflictError, match="Only a draft"):
        study_discard(user=lead_user, slug=study.slug)
    draft = make_study(status="draft", lead=lead_user)
    BackgroundRun.objects.create(kind="import_files", study=draft, status="running")
    with pytest.raises(ConflictError, match="being imported"):
        study_discard(user=lead_user, slug=draft.slug)
    assert Study.objects.count() == 2
