"""A lead sets a study up in a real browser: with htmx's polling, and without JavaScript."""

import json
from pathlib import Path

import pytest
from django.urls import reverse

from annotation.models import BackgroundRun, Study
from tests.factories import judge

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PAGES = ["study-import", "study-settings", "study-pool", "study-members", "study-exports", "study-audit"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def rows(tmp_path):
    """A file of three queries and three candidates."""
    path = tmp_path / "rows.jsonl"
    cells = [(f"q{i}", model) for i in range(3) for model in ("x", "y", "z")]
    lines = [
        json.dumps({"query_id": q, "prompt": f"{q}?", "model": m, "response": f"{m} on {q}"})
        for q, m in cells
    ]
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("has_script", [True, False])
def test_from_a_file_to_an_open_study(open_page, lead_user, rows, has_script):
    page = open_page(lead_user, reverse("study-new"), java_script_enabled=has_script)
    page.get_by_label("Name").fill("Letters")
    page.locator("input[type=file]").set_input_files(str(rows))
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("link", name="Next: baseline and rules").click()
    page.get_by_label("Budget").fill("5")
    page.get_by_label("LLM Selector, by comparison").check()
    page.get_by_role("button", name="Save and open for judging").click()
    page.get_by_text("The study is open").wait_for()
    study = Study.objects.get(name="Letters")
    assert (study.status, study.budget, study.strategy) == ("open", 5, "llm_selector")
    assert study.baseline.name in "xyz"


def test_progress_moves_and_ends_by_itself(open_page, lead_user, study):
    run = BackgroundRun.objects.create(kind="prepare_study", study=study, status="running", message="Order 3")
    page = open_page(lead_user, reverse("study-run", args=[study.slug, run.pk]))
    page.get_by_text("Order 3").wait_for()
    assert not page.get_by_text("Look again").is_visible()
    BackgroundRun.objects.filter(pk=run.pk).update(progress=0.5, message="Order 7")
    page.get_by_text("Order 7").wait_for()
    assert page.locator("progress").get_attribute("value") == "0.500"
    BackgroundRun.objects.filter(pk=run.pk).update(status="done", progress=1.0)
    page.get_by_text("Done.").wait_for()
    assert page.locator("[hx-get]").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_accessible_and_fit(open_page, lead_user, annotator_user, study, width, scheme):
    judge(annotator_user, study, "a")
    page = open_page(
        lead_user,
        reverse("study-new"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    for name in ["study-new", *PAGES]:
        page.goto(reverse(name, args=[] if name == "study-new" else [study.slug]))
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        assert [(name, rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
