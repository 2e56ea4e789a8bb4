import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from annotation.lookups.baseline import suggest_baseline
from annotation.models import BackgroundRun, Membership, Study
from annotation.selection import STRATEGIES
from annotation.tasks import TASKS
from tests.factories import add_member, make_study

pytestmark = pytest.mark.django_db

PAGES = ["study-import", "study-settings", "study-members", "study-pool", "study-exports"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def lead_client(client, lead_user):
    client.force_login(lead_user)
    return client


def rows_file(*rows, name="rows.jsonl"):
    return SimpleUploadedFile(name, "".join(f"{json.dumps(row)}\n" for row in rows).encode())


def row(query, model, response="Text."):
    return {"query_id": query, "prompt": f"Prompt {query}?", "model": model, "response": response}


def address(study, page, *more):
    return reverse(page, args=[study.slug, *more])


@pytest.mark.parametrize("page", PAGES)
def test_who_sees_the_pages(client, study, lead_user, annotator_user, outsider_user, page):
    assert client.get(address(study, page)).status_code == 302
    for user, status in ((lead_user, 200), (annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        assert client.get(address(study, page)).status_code == status
    viewer = add_member(study, outsider_user, Membership.Role.VIEWER)
    client.force_login(viewer)
    assert client.get(address(study, page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_pages_do_not_slow_down_with_the_study(lead_client, lead_user, page, django_assert_max_num_queries):
    study = make_study(lead=lead_user, n_candidates=12, n_queries=2)
    with django_assert_max_num_queries(14):
        lead_client.get(address(study, page))


def test_from_files_to_an_open_study(lead_client, lead_user, django_capture_on_commit_callbacks):
    files = rows_file(
        *(row(q, m, f"{m} says {q} {'word ' * i}") for q in "ab" for i, m in enumerate(("x", "y", "z")))
    )
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_client.post(reverse("study-new"), {"name": "Letters", "uploads": files})
    study = Study.objects.get(name="Letters")
    run = study.background_runs.get(kind="import_files")
    assert answer.headers["Location"] == address(study, "study-run", run.pk)
    report = lead_client.get(answer.headers["Location"]).content.decode()
    assert "responses read" in report
    assert "Step 3" in report

    page = lead_client.get(address(study, "study-settings"))
    suggestion = page.context["suggestion"]
    assert suggestion.candidate.name in "xyz"
    form = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    form |= {"baseline": suggestion.candidate.pk, "strategy": "random", "budget": "5"}
    assert lead_client.post(address(study, "study-settings"), form).status_code == 302
    study.refresh_from_db()
    assert (study.baseline, study.strategy, study.budget) == (suggestion.candidate, "random", 5)
    lead_client.post(address(study, "study-state", "open"))
    study.refresh_from_db()
    assert study.status == Study.Status.OPEN


@pytest.mark.parametrize(
    ("name", "upload", "words"),
    [
        ("", rows_file(row("a", "x")), "This field is required"),
        ("S", SimpleUploadedFile("notes.txt", b"hello"), "notes.txt"),
        ("S", SimpleUploadedFile("empty.jsonl", b""), "empty"),
        (
            "S",
            SimpleUploadedFile("latin.csv", "query_id,prompt,model,response\n1,\xe9,x,y\n".encode("latin-1")),
            "",
        ),
    ],
)
def test_files_that_cannot_be_read_leave_no_study(
    lead_client, name, upload, words, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_client.post(reverse("study-new"), {"name": name, "uploads": upload})
    if answer.status_code == 400:
        assert words in answer.content.decode()
        assert not Study.objects.exists()
    else:  # found out while reading: the run says so, and nothing is imported
        text = lead_client.get(answer.headers["Location"]).content.decode()
        assert "Nothing was imported" in text
        assert not Study.objects.get().queries.exists()


def test_a_bad_row_is_named_with_file_and_line(lead_client, study, django_capture_on_commit_callbacks):
    upload = SimpleUploadedFile("more.jsonl", (json.dumps(row("n", "x")) + "\n{broken\n").encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_client.post(address(study, "study-import"), {"uploads": upload})
    text = lead_client.get(answer.headers["Location"]).content.decode()
    assert "more.jsonl" in text
    assert '<td class="number">2</td>' in text


def test_strict_imports_nothing_at_all(lead_client, study, django_capture_on_commit_callbacks):
    upload = SimpleUploadedFile("more.jsonl", (json.dumps(row("n", "x")) + "\n{broken\n").encode())
    form = {"uploads": upload, "is_strict": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_client.post(address(study, "study-import"), form)
    assert "Nothing was imported" in lead_client.get(answer.headers["Location"]).content.decode()
    assert not study.queries.filter(external_id="n").exists()


def test_progress_is_polled_until_the_run_is_over(lead_client, study):
    run = BackgroundRun.objects.create(kind="import_files", study=study, status="running", progress=0.4)
    url = address(study, "study-run", run.pk)
    text = lead_client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in text
    assert 'value="0.400"' in text
    assert "<html" not in text
    BackgroundRun.objects.update(status="failed", message="The disk is full.")
    text = lead_client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in text
    assert "The disk is full." in text


def test_a_run_of_another_study_is_not_shown(lead_client, lead_user, study):
    run = BackgroundRun.objects.create(kind="import_files", study=make_study(lead=lead_user))
    assert lead_client.get(address(study, "study-run", run.pk)).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"overlap": "0"}, "overlap"),
        ({"target_p_best": "7"}, "target_p_best"),
        ({"strategy": "magic"}, "strategy"),
    ],
)
def test_settings_out_of_range_are_said_beside_the_field(lead_client, study, change, field):
    page = lead_client.get(address(study, "study-settings"))
    form = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    answer = lead_client.post(address(study, "study-settings"), form | change)
    assert answer.status_code == 400
    assert answer.context["form"].errors[field]
    before = study.overlap, study.target_p_best, study.strategy
    study.refresh_from_db()
    assert (study.overlap, study.target_p_best, study.strategy) == before


def test_every_strategy_can_be_chosen(lead_client, study):
    text = lead_client.get(address(study, "study-settings")).content.decode()
    for name in STRATEGIES:
        assert f'value="{name}"' in text


def test_open_pause_close_by_button(lead_client, study):
    for action, status in (("pause", "paused"), ("close", "closed"), ("open", "open")):
        lead_client.post(address(study, "study-state", action))
        study.refresh_from_db()
        assert study.status == status
    assert lead_client.post(address(study, "study-state", "explode")).status_code == 404
    assert lead_client.get(address(study, "study-state", "pause")).status_code == 405


def test_a_study_that_cannot_open_says_why(lead_client, lead_user):
    study = make_study(status="draft", lead=lead_user)
    Study.objects.update(baseline=None)
    answer = lead_client.post(address(study, "study-state", "open"), follow=True)
    assert "no baseline" in answer.content.decode()


def test_members_are_added_invited_and_removed(lead_client, client, study, outsider_user):
    url = address(study, "study-members")
    lead_client.post(url, {"action": "add", "username": "outsider", "role": "viewer"})
    assert study.memberships.get(user=outsider_user).role == "viewer"
    answer = lead_client.post(url, {"action": "invite", "username": "newcomer", "role": "annotator"})
    password = answer.context["password"]
    assert password in answer.content.decode()
    lead_client.post(url, {"action": "remove", "username": "outsider"})
    assert not study.memberships.filter(user=outsider_user).exists()
    client.logout()
    assert client.login(username="newcomer", password=password)
    assert client.get(address(study, "study-judge")).status_code == 200


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"action": "add", "username": "nobody", "role": "annotator"}, "Nobody here is called"),
        ({"action": "invite", "username": "annotator", "role": "annotator"}, "has an account already"),
        ({"action": "invite", "username": "two words", "role": "annotator"}, "valid username"),
        ({"action": "add", "username": "lead", "role": "viewer"}, "needs a lead"),
    ],
)
def test_what_members_cannot_be_is_said(lead_client, study, form, words):
    answer = lead_client.post(address(study, "study-members"), form)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_candidate_is_taken_out_and_priced(lead_client, study):
    candidate = study.candidates.get(name="candidate-0")
    url = address(study, "study-pool")
    lead_client.post(url, {"candidate": candidate.pk, "family": "gpt", "price": "0.25"})
    candidate.refresh_from_db()
    assert (candidate.family, float(candidate.price), candidate.is_active) == ("gpt", 0.25, False)
    answer = lead_client.post(url, {"candidate": candidate.pk, "price": "-1", "is_active": "on"}, follow=True)
    assert "price" in answer.content.decode()
    answer = lead_client.post(url, {"candidate": "x", "is_active": "on"}, follow=True)
    assert "No candidate was named" in answer.content.decode()
    answer = lead_client.post(url, {"candidate": study.baseline_id}, follow=True)
    assert "is the baseline" in answer.content.decode()


def test_an_export_is_made_and_downloaded(lead_client, study, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_client.post(address(study, "study-exports"), {"format": "verdicts-csv"})
    page = lead_client.get(answer.headers["Location"]).content.decode()
    assert "Download" in page
    file = study.files.get(kind="export")
    download = lead_client.get(reverse("api:file", args=[file.pk]))
    assert b"query_id" in b"".join(download.streaming_content)
    refused = lead_client.post(address(study, "study-exports"), {"format": "xlsx"}, follow=True)
    assert "xlsx" in refused.content.decode()


def test_the_suggested_baseline_is_neither_best_nor_worst_and_is_complete():
    study = make_study(n_queries=5, n_candidates=6)
    study.queries.first().responses.filter(candidate__name="candidate-3").delete()
    suggestion = suggest_baseline(study)
    assert suggestion.candidate.name != "candidate-3"
    assert "near the middle to top" in suggestion.reason
    assert suggest_baseline(make_study(n_candidates=0)) is None


def test_every_kind_of_run_has_words_on_its_page(lead_client, study):
    for kind in TASKS:
        run = BackgroundRun.objects.create(kind=kind, study=study, status="done")
        assert lead_client.get(address(study, "study-run", run.pk)).status_code == 200
