"""Leaving, coming back, logging out, several tabs: nothing stays locked and nothing is lost."""

import pytest
from django.urls import reverse

from annotation.models import Lease, Verdict
from annotation.services.leases import lease_release
from tests.factories import make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A verdict key within this time of a new comparison is taken for a double press.
SETTLE = 300
KEPT = "() => Object.keys(localStorage).filter(name => name.startsWith('verdict ')).length"


@pytest.fixture
def study(annotator_user):
    return make_study(n_queries=6, annotators=[annotator_user])


@pytest.fixture
def desk(open_page, annotator_user, study):
    """The study's page; refused requests are part of these tests, so errors in the console are no failure."""
    page = open_page(annotator_user, reverse("study-judge", args=[study.slug]), expects_errors=True)
    page.wait_for_load_state("networkidle")
    return page


def lease_on(page):
    return Lease.objects.get(pk=page.locator(".comparison").get_attribute("data-lease"))


def press(page, key):
    page.wait_for_timeout(SETTLE)
    page.keyboard.press(key)


def until(page, is_so, words):
    """Wait for what a request that outlives its page does."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    pytest.fail(words)


def until_nothing_is_held(page):
    until(page, lambda: not Lease.objects.filter(is_active=True).exists(), "comparisons are still held")


def test_leaving_gives_everything_back(desk):
    assert Lease.objects.filter(is_active=True).count() == 2
    desk.goto(reverse("home"))
    until_nothing_is_held(desk)


def test_reload_and_back_show_the_same_comparison_held(desk):
    comparison = lease_on(desk).comparison_id
    desk.reload()
    desk.wait_for_load_state("networkidle")
    assert (lease_on(desk).comparison_id, lease_on(desk).is_active) == (comparison, True)
    desk.goto(reverse("home"))
    until_nothing_is_held(desk)
    desk.go_back()
    desk.wait_for_load_state("networkidle")
    assert (lease_on(desk).comparison_id, lease_on(desk).is_active) == (comparison, True)


def test_a_verdict_right_before_leaving_arrives(desk):
    press(desk, "1")
    desk.goto(reverse("home"))
    until(desk, Verdict.objects.exists, "the verdict never arrived")


def test_a_comparison_that_went_back_is_taken_again_unseen(desk, annotator_user):
    lease = lease_on(desk)
    lease_release(user=annotator_user, lease_id=lease.pk)
    desk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.wait_for_function(
        "lease => document.querySelector('.comparison').dataset.lease !== lease", arg=str(lease.pk)
    )
    assert lease_on(desk).comparison_id == lease.comparison_id
    assert desk.locator("#judge-notice").inner_text() == ""
    press(desk, "3")
    desk.wait_for_function(f"() => ({KEPT})() === 0")
    desk.wait_for_load_state("networkidle")
    assert Verdict.objects.get().comparison_id == lease.comparison_id


def test_a_verdict_given_in_two_tabs_counts_once_and_the_second_tab_says_so(desk):
    other = desk.context.new_page()
    other.goto(desk.url)
    other.wait_for_load_state("networkidle")
    assert lease_on(other) == lease_on(desk)
    press(desk, "1")
    desk.wait_for_load_state("networkidle")
    press(other, "2")
    other.get_by_text("already judged this comparison").wait_for()
    assert Verdict.objects.count() == 1


def test_two_tabs_offline_do_not_overwrite_what_the_other_keeps(desk):
    other = desk.context.new_page()
    other.goto(desk.url)
    other.wait_for_load_state("networkidle")
    desk.context.set_offline(True)
    press(desk, "1")
    desk.get_by_text("kept on this device").wait_for()
    press(other, "2")
    other.get_by_text("kept on this device").wait_for()
    assert desk.evaluate(KEPT) == 2
    desk.context.set_offline(False)
    other.wait_for_function(f"() => ({KEPT})() === 0")
    other.wait_for_load_state("networkidle")
    # Both tabs showed one comparison: one verdict stands, the other was refused in words.
    assert Verdict.objects.count() == 1


def test_verdicts_of_a_lost_login_are_kept_until_the_next_one(desk, client, live_server, annotator_user):
    judged = lease_on(desk)
    desk.context.clear_cookies()
    press(desk, "1")
    desk.get_by_text("You were logged out").wait_for()
    assert desk.evaluate(KEPT) == 1
    client.logout()
    client.force_login(annotator_user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    desk.context.add_cookies([cookie])
    # Logged in again, but this page's token is still the old one: the verdict is not given up.
    press(desk, "2")
    desk.wait_for_load_state("networkidle")
    assert Verdict.objects.count() == 0
    desk.reload()
    desk.wait_for_function(f"() => ({KEPT})() === 0")
    desk.wait_for_load_state("networkidle")
    assert Verdict.objects.count() == 2
    assert Verdict.objects.filter(lease=judged).exists()
    assert not Verdict.objects.filter(comparison=lease_on(desk).comparison).exists()


def test_keys_can_be_turned_off_for_good(desk):
    desk.keyboard.press("?")
    desk.get_by_label("Keys are on").uncheck()
    press(desk, "1")
    desk.reload()
    desk.wait_for_load_state("networkidle")
    press(desk, "1")
    desk.wait_for_load_state("networkidle")
    assert Verdict.objects.count() == 0
    desk.get_by_role("button", name="A better").click()
    desk.wait_for_function(f"() => ({KEPT})() === 0")
    desk.wait_for_load_state("networkidle")
    assert Verdict.objects.count() == 1
