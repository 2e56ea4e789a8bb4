"""An hour of labelling, in a real browser."""

from pathlib import Path

import pytest
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import Lease, Query, Skip, Study, Verdict
from tests.browser.test_judging import CHANGED, SETTLE, lease_on, settle
from tests.factories import make_labelled_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def make_desk(open_page, lead_user, annotator_user):
    """Return a function that makes a ranked study, opened by the annotator."""

    def make(**options):
        study = make_labelled_study(
            n_queries=40,
            lead=lead_user,
            annotators=[annotator_user],
            is_gold_counted=False,
            target_p_best=0.999,
            near_delta=0.0,
            **options,
        )
        refresh_study(study)
        return study, open_page(annotator_user, reverse("study-judge", args=[study.slug]))

    return make


def query_on(page):
    return Lease.objects.select_related("comparison__query").get(pk=lease_on(page)).comparison.query


def press(page, key):
    """Press a key on a query that has been there for a moment."""
    page.wait_for_timeout(SETTLE)
    lease = lease_on(page)
    page.keyboard.press(key)
    page.wait_for_function(CHANGED, arg=lease)


def test_ten_queries_by_key_one_undone_and_a_report_that_agrees(make_desk, client, lead_user):
    study, page = make_desk()
    chosen = {}
    for place in range(10):
        query = query_on(page)
        chosen[query.external_id] = query.gold
        # Letters and digits stand for the same options.
        press(page, query.gold.lower() if place % 2 else str("ABC".index(query.gold) + 1))
    settle(page)
    labels = Verdict.standing.values_list("comparison__query__external_id", "label")
    assert dict(labels) == chosen
    last = Verdict.standing.order_by("-pk").first()
    page.keyboard.press("u")
    page.get_by_text("Your last label is undone").wait_for()
    assert query_on(page).pk == last.comparison.query_id
    assert Verdict.standing.count() == 9
    wrong = next(name for name in "ABC" if name != last.label)
    chosen[query_on(page).external_id] = wrong
    press(page, wrong.lower())
    settle(page)
    assert dict(labels.all()) == chosen
    assert page.locator("[data-figure=n_mine_today]").inner_text() == "10"

    refresh_study(Study.objects.get(pk=study.pk))
    client.force_login(lead_user)
    report = client.get(reverse("study-report-file", args=[study.slug, "json"])).json()
    assert report["verdicts"]["n_given"] == 10
    for entry in report["entries"]:
        responses = study.candidates.get(name=entry["candidate"]).responses
        own = dict(responses.values_list("query__external_id", "label"))
        assert entry["n_right"] == sum(own[name] == label for name, label in chosen.items())
        assert entry["n_answered"] == 10


def test_a_long_list_is_searched_and_taken_by_enter(make_desk):
    labels = tuple(f"topic {i}" for i in range(1, 25))
    _study, page = make_desk(labels=labels, label_words=[[label, ""] for label in labels])
    page.wait_for_timeout(SETTLE)
    page.keyboard.press("/")
    page.keyboard.type("topic 2")
    assert page.locator("#option-count").inner_text() == "6 of 24 options"
    # A whole label comes before those that merely contain it; keys are off while typing.
    assert page.locator(".is-first").get_attribute("value") == "topic 2"
    lease = lease_on(page)
    page.keyboard.press("Enter")
    page.wait_for_function(CHANGED, arg=lease)
    settle(page)
    assert Verdict.standing.get().label == "topic 2"
    press(page, "c")
    settle(page)
    assert Verdict.standing.order_by("-pk").first().label == "topic 3"


def test_options_by_click_skip_and_note(make_desk):
    study, page = make_desk()
    Query.objects.filter(study=study).update(options=["red", "green", "blue"])
    page.reload()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    page.locator("#comment").fill("the second is close")
    page.keyboard.press("Escape")
    lease = lease_on(page)
    page.get_by_role("button", name="green").click()
    page.wait_for_function(CHANGED, arg=lease)
    settle(page)
    verdict = Verdict.standing.get()
    assert (verdict.label, verdict.comment) == ("B", "the second is close")
    lease = lease_on(page)
    page.keyboard.press("s")
    page.keyboard.type("too hard")
    page.keyboard.press("Enter")
    page.wait_for_function(CHANGED, arg=lease)
    assert Skip.objects.get().reason == "too hard"


def test_the_page_names_no_candidate_and_is_accessible(make_desk):
    study, page = make_desk(labels=tuple("ABCDEFGHIJKL"))
    html = page.content()
    assert not [name for name in study.candidates.values_list("name", flat=True) if name in html]
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")[
        "violations"
    ]
    assert [(item["id"], [node["html"] for node in item["nodes"]]) for item in found] == []
