import re

import pytest
from django.urls import reverse

from annotation.models import Lease, Membership, Skip, Study, Verdict
from annotation.services.leases import lease_claim
from tests.factories import add_member, add_response, judge, make_study, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, annotator_user, study):
    """The page's address, logged in as the annotator."""
    client.force_login(annotator_user)
    return reverse("study-judge", args=[study.slug])


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def test_the_page_shows_prompt_and_both_responses(client, page):
    response = client.get(page)
    lease = Lease.objects.get()
    text = response.content.decode()
    assert response.status_code == 200
    assert lease.comparison.query.turns[0] in text
    for candidate in (lease.comparison.candidate, lease.comparison.study.baseline):
        assert candidate.responses.get(query=lease.comparison.query).turns[0] in text
    assert lease.shown_at is not None


def test_a_verdict_without_javascript(client, page):
    first = client.get(page)
    form = {"lease": hidden(first, "lease"), "idempotency_key": hidden(first, "idempotency_key")}
    answer = client.post(page, form | {"choice": "b", "strength": "2", "comment": "clearer"}, follow=True)
    verdict = Verdict.objects.get()
    assert (verdict.strength, verdict.comment) == (2, "clearer")
    assert hidden(answer, "lease") != form["lease"]
    # The back button and a second click: the same form again records nothing.
    client.post(page, form | {"choice": "b"})
    assert Verdict.objects.count() == 1


def test_undo_without_javascript_shows_the_same_comparison(client, page, annotator_user, study):
    (verdict,) = judge(annotator_user, study, "a")
    lease_claim(user=annotator_user, slug=study.slug)
    answer = client.post(page, {"action": "undo"}, follow=True)
    shown = Lease.objects.get(pk=hidden(answer, "lease"))
    assert shown.comparison_id == verdict.comparison_id
    assert "undone" in answer.content.decode()


def test_skip_and_stop_without_javascript(client, page):
    lease = hidden(client.get(page), "lease")
    answer = client.post(page, {"action": "skip", "lease": lease, "reason": "law"}, follow=True)
    assert Skip.objects.get().reason == "law"
    second = hidden(answer, "lease")
    assert second != lease
    answer = client.post(page, {"action": "leave", "lease": second}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("home")
    assert not Lease.objects.filter(is_active=True).exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"choice": "c"}, "must be one of a, b, tie, both_bad"),
        ({"choice": "a", "lease": "no-such-lease"}, "no such comparison on your desk"),
        ({"action": "undo"}, "no verdict to undo"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(client, page, form, words):
    lease = hidden(client.get(page), "lease")
    answer = client.post(page, {"lease": lease} | form, follow=True)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Verdict.objects.exists()


def test_an_unknown_action_is_refused(client, page):
    response = client.post(page, {"action": "explode"})
    assert response.status_code == 400
    assert "explode" in response.content.decode()


@pytest.mark.parametrize(
    ("status", "close_reason", "title"),
    [
        (Study.Status.DRAFT, "", "Not open yet"),
        (Study.Status.PAUSED, "", "Paused"),
        (Study.Status.CLOSED, "lead", "Closed"),
        (Study.Status.CLOSED, "confident", "sure enough"),
        (Study.Status.CLOSED, "budget", "budget spent"),
        (Study.Status.CLOSED, "exhausted", "Nothing left for you"),
    ],
)
def test_every_end_has_a_page(client, page, status, close_reason, title):
    Study.objects.update(status=status, close_reason=close_reason)
    response = client.get(page)
    assert response.status_code == 200
    assert title in response.content.decode()


def test_the_last_comparisons_on_other_desks(client):
    first, second = make_user(), make_user()
    study = make_study(n_queries=1, n_candidates=1, annotators=[first, second])
    lease_claim(user=first, slug=study.slug)
    client.force_login(second)
    assert "Almost done" in client.get(reverse("study-judge", args=[study.slug])).content.decode()


def test_no_name_and_no_side_reaches_the_browser(client, page, study):
    page_text = client.get(page).content.decode()
    answer = client.post(reverse("api:leases", args=[study.slug]), {}, content_type="application/json")
    assert answer.status_code == 201
    for text in (page_text, answer.content.decode()):
        for name in [*study.candidates.values_list("name", flat=True), "baseline", "candidate"]:
            assert name not in text


def test_who_may_judge(client, page, study, outsider_user):
    client.logout()
    assert client.get(page).headers["Location"].startswith(reverse("login"))
    client.force_login(outsider_user)
    assert client.get(page).status_code == 404
    add_member(study, outsider_user, Membership.Role.VIEWER)
    assert client.get(page).status_code == 403
    assert client.put(page).status_code == 405


def test_an_empty_response_is_said_to_be_empty(client, annotator_user):
    study = make_study(n_queries=1, n_candidates=1, annotators=[annotator_user])
    query = study.queries.get()
    query.responses.filter(candidate=study.baseline).delete()
    add_response(query, study.baseline, "")
    client.force_login(annotator_user)
    assert "This text is empty" in client.get(reverse("study-judge", args=[study.slug])).content.decode()


def test_the_page_takes_a_bounded_number_of_queries(client, page, django_assert_max_num_queries):
    client.get(page)
    with django_assert_max_num_queries(24):
        client.get(page)


def test_home_lists_my_studies_with_what_to_do(client, page, study, annotator_user):
    make_study(name="Somebody else's")
    judge(annotator_user, study, "a")
    text = client.get(reverse("home")).content.decode()
    assert study.name in text
    assert page in text
    assert "Somebody else" not in text


def test_home_does_not_slow_down_with_studies(client, annotator_user, django_assert_max_num_queries):
    for _ in range(5):
        make_study(annotators=[annotator_user], n_queries=1, n_candidates=1)
    client.force_login(annotator_user)
    with django_assert_max_num_queries(4):
        assert client.get(reverse("home")).status_code == 200
