"""A day at the annotator's desk, in a real browser."""

from pathlib import Path

import pytest
from django.urls import reverse

from annotation.jobs.prepare_study import prepare_study
from annotation.jobs.refresh_selection import refresh_study
from annotation.models import BackgroundRun, Lease, Skip, Study, Verdict
from annotation.selection import Outcome
from tests.factories import add_response, make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# The comparison on the screen has changed once its lease is another one.
CHANGED = "lease => document.querySelector('.comparison')?.dataset.lease !== lease"
# A verdict key within this time of a new comparison is taken for a double press.
SETTLE = 300


@pytest.fixture
def desk(open_page, lead_user, annotator_user):
    """A prepared study of 40 comparisons and its page, opened by the annotator."""
    study = make_study(
        n_queries=10, n_candidates=4, lead=lead_user, annotators=[annotator_user], target_p_best=0.999
    )
    run = BackgroundRun.objects.create(kind="prepare_study", study=study, status="running")
    prepare_study(run.pk)
    return study, open_page(annotator_user, reverse("study-judge", args=[study.slug]))


def lease_on(page):
    return page.locator(".comparison").get_attribute("data-lease")


def press(page, key):
    """Press a verdict key on a comparison that has been there for a moment."""
    page.wait_for_timeout(SETTLE)
    lease = lease_on(page)
    page.keyboard.press(key)
    page.wait_for_function(CHANGED, arg=lease)


def settle(page):
    """Wait until every verdict has been answered."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !Object.values(localStorage).some(kept => kept.includes('lease'))")


def test_twenty_comparisons_by_keyboard_one_undone_and_a_report_that_agrees(desk, client, lead_user):
    study, page = desk
    keys = ["1", "2", "3", "4", "Shift+Digit1"] * 4
    for key in keys:
        press(page, key)
    settle(page)
    assert Verdict.standing.count() == 20
    last = Verdict.standing.order_by("-pk").first()
    assert last.strength == 2
    page.keyboard.press("u")
    page.get_by_text("Your last verdict is undone").wait_for()
    assert Lease.objects.get(pk=lease_on(page)).comparison_id == last.comparison_id
    assert Verdict.standing.count() == 19
    press(page, "3")
    settle(page)
    assert Verdict.standing.count() == 20
    assert page.locator("[data-figure=n_mine_today]").inner_text() == "20"
    redone = Verdict.standing.order_by("-pk").first()
    assert (redone.comparison_id, redone.outcome) == (last.comparison_id, Outcome.DRAW)

    refresh_study(Study.objects.get(pk=study.pk))
    client.force_login(lead_user)
    report = client.get(reverse("study-report-file", args=[study.slug, "json"])).json()
    standing = list(Verdict.standing.values_list("comparison__candidate__name", "outcome"))
    for entry in report["entries"]:
        outcomes = [outcome for name, outcome in standing if name == entry["candidate"]]
        assert entry["n_verdicts"] == len(outcomes)
        assert entry["n_wins"] == outcomes.count(Outcome.WIN)
        if outcomes:
            assert entry["raw_win_rate"] == pytest.approx(sum(outcomes) / 2 / len(outcomes))


def test_choices_mean_what_the_screen_shows(desk):
    _study, page = desk
    for key, side in (("1", "a"), ("2", "b")):
        lease = Lease.objects.get(pk=lease_on(page))
        press(page, key)
        settle(page)
        verdict = Verdict.objects.get(lease=lease)
        assert (verdict.outcome == Outcome.WIN) == (lease.candidate_side == side)


def test_a_double_press_never_judges_what_nobody_has_read(desk):
    _study, page = desk
    page.wait_for_timeout(SETTLE)
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => ["1", "1"].forEach(key => document.dispatchEvent(
            new KeyboardEvent("keydown", {key, code: "Digit" + key, bubbles: true})))"""
    )
    settle(page)
    assert Verdict.objects.count() == 1


def test_verdicts_survive_a_server_that_does_not_answer(open_page, lead_user, annotator_user):
    study = make_study(n_queries=6, lead=lead_user, annotators=[annotator_user])
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]), expects_errors=True)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE)
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.get_by_text("kept on this device").wait_for()
    assert Verdict.objects.count() == 0
    page.context.set_offline(False)
    settle(page)
    assert Verdict.objects.count() == 1


def test_a_lost_answer_is_not_a_second_verdict(open_page, lead_user, annotator_user):
    study = make_study(n_queries=6, lead=lead_user, annotators=[annotator_user])
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]), expects_errors=True)
    page.wait_for_load_state("networkidle")
    lost = []

    def lose_first(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)  # the server has it, the browser never hears of it
            route.abort()

    page.route("**/verdict", lose_first)
    press(page, "2")
    settle(page)
    assert lost == [201]
    assert Verdict.objects.count() == 1


def test_skip_comment_and_sheets_by_keyboard(desk):
    _study, page = desk
    page.keyboard.press("?")
    assert page.locator("#keys").get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert page.locator("#keys").get_attribute("open") is None
    page.keyboard.press("c")
    page.keyboard.type("1 is wrong about 4 dates")  # digits while typing are text
    page.keyboard.press("Escape")
    assert Verdict.objects.count() == 0
    press(page, "1")
    settle(page)
    assert Verdict.objects.get().comment == "1 is wrong about 4 dates"
    lease = lease_on(page)
    page.keyboard.press("s")
    page.keyboard.type("not my subject")
    page.keyboard.press("Enter")
    page.wait_for_function(CHANGED, arg=lease)
    assert Skip.objects.get().reason == "not my subject"


def test_differences_and_plain_text(open_page, annotator_user):
    study = make_study(n_queries=1, n_candidates=1, annotators=[annotator_user])
    study.queries.get().responses.all().delete()
    for candidate, word in zip(study.candidates.order_by("name"), ("**nine**", "ten"), strict=True):
        add_response(study.queries.get(), candidate, f"There are {word} planets.")
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]))
    assert page.locator(".response strong").inner_text() == "nine"
    page.keyboard.press("r")
    assert page.get_by_text("There are **nine** planets.").is_visible()
    page.keyboard.press("r")
    page.keyboard.press("d")
    assert sorted(page.locator(".response mark").all_inner_texts()) == ["**nine**", "ten"]


def test_mathematics_is_drawn_and_nothing_foreign_runs(open_page, annotator_user):
    study = make_study(n_queries=1, n_candidates=1, annotators=[annotator_user])
    query = study.queries.get()
    query.responses.all().delete()
    add_response(query, study.baseline, r"Euler: $e^{i\pi} = -1$")
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    add_response(query, study.candidates.get(name="candidate-0"), hostile)
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]))
    page.locator(".katex").first.wait_for()
    assert page.title().startswith("Judge")
    assert page.locator("#stage img, #stage script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible(open_page, annotator_user, scheme, width):
    study = make_study(annotators=[annotator_user], guidelines="Prefer **correct** answers.")
    page = open_page(
        annotator_user,
        reverse("study-judge", args=[study.slug]),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for state in ("", "g"):
        if state:
            page.keyboard.press(state)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


def test_without_javascript(open_page, annotator_user):
    study = make_study(annotators=[annotator_user])
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]), java_script_enabled=False)
    page.get_by_role("button", name="A better").click()
    page.get_by_role("button", name="Tie").click()
    assert Verdict.standing.count() == 2
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("Your last verdict is undone").is_visible()
    assert Verdict.standing.count() == 1
