"""Every page passes axe's WCAG 2.2 AA rules, light and dark, and fits a phone without scrolling sideways."""

from pathlib import Path

import pytest
from django.urls import reverse

from annotation.jobs.prepare_study import prepare_study
from annotation.jobs.refresh_selection import refresh_study
from annotation.models import BackgroundRun
from tests.factories import judge, make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STUDY_PAGES = [
    "study-dashboard",
    "study-ranking",
    "study-verdicts",
    "study-report",
    "study-members",
    "study-pool",
    "study-settings",
    "study-exports",
    "study-ensembles",
    "study-import",
    "study-judge",
]


@pytest.fixture
def addresses(lead_user, annotator_user):
    """Every page a lead can open, of a study with verdicts and of one that is paused."""
    study = make_study(lead=lead_user, annotators=[annotator_user])
    run = BackgroundRun.objects.create(kind="prepare_study", study=study, status="running")
    prepare_study(run.pk)
    judge(annotator_user, study, "a", "b", "tie", "both_bad")
    refresh_study(study)
    paused = make_study(lead=lead_user, status="paused")
    pages = [reverse(name, args=[study.slug]) for name in STUDY_PAGES]
    plain = [reverse(name) for name in ("home", "login", "study-new", "account-tokens")]
    return [*plain, *pages, reverse("study-judge", args=[paused.slug]), "/no/such/page"]


def faults_of(page, width):
    faults = []
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(("wider than the window", page.evaluate("document.documentElement.scrollWidth")))
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    return faults + [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page(open_page, lead_user, addresses, scheme, width):
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "expects_errors": True}
    page = open_page(lead_user, "/", **options)
    faults = {}
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found = faults_of(page, width)
        if found:
            faults[address] = found
    assert faults == {}
