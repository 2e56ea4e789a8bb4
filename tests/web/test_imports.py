"""Files into a study through the browser: a new study, further files, the run's page."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from annotation.jobs.runner import run_job
from annotation.models import BackgroundRun, Study
from tests.factories import make_study

pytestmark = pytest.mark.django_db
NEW = "/studies/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def row(query, model, response="Text."):
    return json.dumps({"query_id": query, "prompt": f"Prompt {query}?", "model": model, "response": response})


def lines(*texts, name="rows.jsonl"):
    return SimpleUploadedFile(name, "".join(f"{text}\n" for text in texts).encode())


def import_address(study):
    return reverse("study-import", args=[study.slug])


def run_address(run):
    return reverse("study-run", args=[run.study.slug, run.pk])


def test_anonymous_people_log_in_first(client):
    assert client.get(NEW)["Location"].startswith("/login/")


def test_a_name_and_files_become_a_draft_with_its_report(page, lead_user):
    files = [
        lines(row("a", "x"), row("b", "x"), row("a", "y")),
        SimpleUploadedFile("more.csv", b"query_id,model,response\r\nb,y,Other.\r\na,z,Third.\r\n"),
    ]
    answer = page.post(NEW, {"name": "Letters", "uploads": files})
    study = Study.objects.get(name="Letters")
    run = study.background_runs.get()
    assert answer["Location"] == run_address(run)
    assert study.status == "draft"
    assert study.memberships.get(user=lead_user).role == "lead"
    run_job(run.pk)
    response = page.get(run_address(run))
    assert response.context["report"]["responses_new"] == 5
    text = response.content.decode()
    assert "The study now has 2 queries and 3 candidates." in text
    assert "missing responses" in text
    assert reverse("study-settings", args=[study.slug]) in text


def test_the_whole_page_comes_anew_when_files_of_labels_are_read(page):
    upload = SimpleUploadedFile("predictions.csv", b"question_id,label,x,y\n1,A,A,A\n2,B,B,A\n3,B,A,A\n")
    page.post(NEW, {"name": "Exam", "uploads": upload})
    run = Study.objects.get(name="Exam").background_runs.get()
    assert "HX-Refresh" not in page.get(run_address(run), headers=HTMX)
    run_job(run.pk)
    answer = page.get(run_address(run), headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    # Equal labels are no news in a labelled study, unlike equal texts in a pairwise one.
    assert answer.context["report"]["identical_to_baseline"]
    assert "identical to the baseline" not in answer.content.decode()
    assert "HX-Refresh" not in page.get(run_address(run))


@pytest.mark.parametrize(
    ("name", "upload", "field", "words"),
    [
        ("", lines(row("a", "x")), "name", "The study needs a name."),
        ("S", "", "uploads", "No file was chosen"),
        ("S", SimpleUploadedFile("notes.txt", b"hello"), None, "notes.txt: neither JSON nor a known CSV"),
        ("S", SimpleUploadedFile("empty.jsonl", b""), "uploads", "is empty"),
        ("S", SimpleUploadedFile("sheet.xlsx", b"PK\x03\x04rest"), None, "save it as CSV"),
    ],
)
def test_what_cannot_be_read_leaves_no_study(page, media, name, upload, field, words):
    answer = page.post(NEW, {"name": name, "uploads": upload})
    assert answer.status_code == 400
    form = answer.context["form"]
    errors = form.errors[field] if field else form.non_field_errors()
    assert words in errors[0]
    assert not Study.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_too_many_bytes_are_refused_unread(page, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    answer = page.post(NEW, {"name": "S", "uploads": lines(*[row("a", "x")] * 20)})
    assert answer.status_code == 413
    assert "100 are allowed at once" in answer.content.decode()
    assert not Study.objects.exists()


def test_bad_rows_are_named_and_the_others_imported(page, study):
    upload = lines(row("n", "newcomer"), "{broken", row("n", "baseline"), name="more.jsonl")
    page.post(import_address(study), {"uploads": upload})
    run = study.background_runs.get(kind="import_files")
    run_job(run.pk)
    response = page.get(run_address(run))
    problem = response.context["report"]["problems"][0]
    assert (problem["file"], problem["line"]) == ("more.jsonl", 2)
    text = response.content.decode()
    assert '<td class="number">2</td>' in text
    assert "{broken" in text
    assert study.queries.filter(external_id="n").exists()


def test_all_or_nothing_imports_nothing(page, study):
    upload = lines(row("n", "newcomer"), "{broken", name="more.jsonl")
    page.post(import_address(study), {"uploads": upload, "is_strict": "on"})
    run = study.background_runs.get(kind="import_files")
    run_job(run.pk)
    text = page.get(run_address(run)).content.decode()
    assert "Nothing was imported." in text
    assert "Rows that were not imported" in text
    assert not study.queries.filter(external_id="n").exists()


def test_the_same_file_again_changes_nothing_and_says_so(page, study):
    for _ in range(2):
        page.post(import_address(study), {"uploads": lines(row("n", "newcomer"))})
        run = study.background_runs.filter(kind="import_files").first()
        run_job(run.pk)
    assert "Nothing changed: everything was there already." in page.get(run_address(run)).content.decode()


def test_changed_texts_replace_known_ones_when_asked(page, study):
    for text, options in (("Old.", {}), ("New.", {"is_replacing": "on"})):
        page.post(import_address(study), {"uploads": lines(row("n", "newcomer", text)), **options})
        run_job(study.background_runs.filter(kind="import_files").first().pk)
    assert study.queries.get(external_id="n").responses.get().turns == ["New."]


def test_progress_is_polled_until_the_run_is_over(page, study):
    run = BackgroundRun.objects.create(kind="import_files", study=study, status="running", progress=0.4)
    text = page.get(run_address(run), headers=HTMX).content.decode()
    assert f'hx-get="{run_address(run)}"' in text
    assert 'value="0.400"' in text
    assert "Look again" in text
    assert "<html" not in text
    BackgroundRun.objects.filter(pk=run.pk).update(status="failed", message="The disk is full.")
    text = page.get(run_address(run), headers=HTMX).content.decode()
    assert "hx-get" not in text
    assert "The disk is full." in text


def test_a_run_of_another_study_is_not_shown(page, study, lead_user):
    run = BackgroundRun.objects.create(kind="import_files", study=make_study(lead=lead_user))
    assert page.get(reverse("study-run", args=[study.slug, run.pk])).status_code == 404


def test_names_from_files_are_escaped(page, study):
    upload = lines(row("n", "<i>x</i>"), "<script>alert(1)</script>", name="<b>.jsonl")
    page.post(import_address(study), {"uploads": upload})
    run = study.background_runs.get(kind="import_files")
    run_job(run.pk)
    for address in (run_address(run), import_address(study), reverse("study-pool", args=[study.slug])):
        text = page.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<i>x" not in text
        assert "<b>.jsonl" not in text
