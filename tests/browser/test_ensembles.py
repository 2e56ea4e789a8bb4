"""A lead builds an ensemble in a real browser, saves its charts, compares and deletes runs."""

import pytest
from django.urls import reverse

from annotation.jobs.runner import run_job
from annotation.models import BackgroundRun, EnsembleRun
from tests.browser.test_accessibility import faults_of
from tests.factories import make_ensemble, make_labelled_study, make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def labelled(lead_user):
    """Sixty labelled queries, three candidates and a baseline."""
    return make_labelled_study(n_queries=60, n_candidates=3, lead=lead_user)


@pytest.mark.parametrize("has_script", [True, False])
def test_from_the_tab_to_the_sentence(open_page, lead_user, labelled, has_script):
    page = open_page(
        lead_user, reverse("study-dashboard", args=[labelled.slug]), java_script_enabled=has_script
    )
    page.get_by_role("link", name="Ensembles").click()
    page.get_by_text("Enough to look", exact=True).wait_for()
    page.get_by_label("At most this many members").fill("2")
    page.get_by_label("Repeats of the validation").fill("1")
    page.get_by_role("button", name="Build the ensemble").click()
    page.locator(".answer__line").wait_for()
    row = EnsembleRun.objects.get()
    assert page.locator(".answer__line").inner_text() == row.result["sentence"]
    assert page.get_by_role("button", name="Save as PNG").count() == (3 if has_script else 0)


def test_progress_gives_way_to_the_result_by_itself(open_page, lead_user, labelled):
    settings = make_ensemble(lead_user, labelled, n_validations=0).settings
    run = BackgroundRun.objects.create(
        kind="build_ensemble", study=labelled, status="running", message="validating", progress=0.4
    )
    row = EnsembleRun.objects.create(study=labelled, run=run, author=lead_user, settings=settings)
    page = open_page(lead_user, reverse("study-ensemble", args=[labelled.slug, row.pk]))
    page.get_by_text("Validating").wait_for()
    BackgroundRun.objects.filter(pk=run.pk).update(status="queued")
    run_job(run.pk)
    page.locator(".answer__line").wait_for()
    assert page.locator("[hx-get]").count() == 0


def test_prices_are_asked_for_only_when_money_limits(open_page, lead_user, labelled):
    labelled.candidates.filter(name="candidate-1").update(
        name="a-candidate-whose-name-is-as-long-as-some-are"
    )
    address = reverse("study-ensembles", args=[labelled.slug])
    page = open_page(lead_user, address, expects_errors=True)
    price = page.get_by_label("Price of candidate-0")
    assert not price.is_visible()
    page.get_by_label("Money per query").check()
    assert price.is_visible()
    page.get_by_label("At most this much per query").fill("1")
    page.get_by_role("button", name="Build the ensemble").click()
    page.get_by_text("Give candidate-0 a price, or leave it out.").wait_for()
    too_wide = "rows => rows.filter(row => row.scrollWidth > row.clientWidth).length"
    assert page.locator(".priced > li").evaluate_all(too_wide) == 0


def test_charts_are_saved_as_pictures(open_page, lead_user, labelled):
    row = make_ensemble(lead_user, labelled, n_validations=0)
    page = open_page(lead_user, reverse("study-ensemble", args=[labelled.slug, row.pk]))
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as waiting:
            page.get_by_text(f"Save as {kind}").first.click()
        download = waiting.value
        assert download.suggested_filename == f"{labelled.slug}-ensemble-{row.pk}-accuracy.{kind.lower()}"
        with open(download.path(), "rb") as stream:
            assert stream.read(4) == start


def test_runs_are_compared_and_one_is_deleted(open_page, lead_user, labelled):
    first, second = (make_ensemble(lead_user, labelled, n_validations=0, seed=seed) for seed in (1, 2))
    page = open_page(lead_user, reverse("study-ensembles", args=[labelled.slug]))
    for row in (first, second):
        page.get_by_label(f"Compare run {row.pk}").check()
    page.get_by_role("button", name="Compare the ticked ones").click()
    page.get_by_text("Their seeds differ").wait_for()
    page.get_by_role("link", name=f"Run {first.pk}", exact=True).click()
    page.get_by_text("Delete this run").click()
    page.get_by_role("button", name=f"Delete run {first.pk}").click()
    page.get_by_text(f"Run {first.pk} is gone.").wait_for()
    assert list(EnsembleRun.objects.all()) == [second]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_state_is_accessible_and_fits(open_page, lead_user, labelled, width, scheme):
    rows = [make_ensemble(lead_user, labelled, n_validations=n, seed=n) for n in (0, 1)]
    failed = BackgroundRun.objects.create(
        kind="build_ensemble", study=labelled, status="failed", message="One class only."
    )
    lost = EnsembleRun.objects.create(study=labelled, run=failed, author=lead_user, settings=rows[0].settings)
    few = make_study(lead=lead_user)
    addresses = [
        reverse("study-ensembles", args=[labelled.slug]),
        reverse("study-ensembles", args=[few.slug]),
        *(reverse("study-ensemble", args=[labelled.slug, row.pk]) for row in (*rows, lost)),
        reverse("study-ensemble-compare", args=[labelled.slug]) + f"?runs={rows[0].pk}&runs={rows[1].pk}",
    ]
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "expects_errors": True}
    page = open_page(lead_user, "/", **options)
    faults = {}
    for address in addresses:
        page.goto(address)
        for summary in page.locator("summary").all():
            summary.click()
        page.wait_for_load_state("networkidle")
        faults[address] = faults_of(page, width)
    assert faults == {address: [] for address in addresses}
