"""The lead's pages of results: who sees them, in which states, and what they say."""

from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import AuditEvent, BackgroundRun, Membership, Study, Verdict
from annotation.services.runs import run_enqueue
from annotation.services.studies import study_close
from tests.factories import add_member, judge, make_study, make_user

pytestmark = pytest.mark.django_db
PAGES = ["study-dashboard", "study-ranking", "study-verdicts", "study-report"]


def url(study, name="study-dashboard", *args):
    return reverse(name, args=[study.slug, *args])


@pytest.fixture
def judged(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie", "a", "both_bad")
    refresh_study(study)
    BackgroundRun.objects.filter(study=study).update(status="done")
    return study


@pytest.mark.parametrize("name", PAGES)
def test_works_for_the_lead(page, judged, name):
    response = page.get(url(judged, name))
    assert response.status_code == 200
    text = response.content.decode()
    assert judged.name in text
    assert " style=" not in text
    assert "onclick" not in text


@pytest.mark.parametrize("name", PAGES)
def test_strangers_find_nothing(client, judged, outsider_user, name):
    assert client.get(url(judged, name)).status_code == 302
    client.force_login(outsider_user)
    assert client.get(url(judged, name)).status_code == 404


def test_annotators_are_sent_to_judging_and_see_no_results(client, judged, annotator_user):
    client.force_login(annotator_user)
    response = client.get(url(judged))
    assert (response.status_code, response["Location"]) == (302, f"/studies/{judged.slug}/judge/")
    for name in PAGES[1:]:
        assert client.get(url(judged, name)).status_code == 403
    assert client.get(url(judged, "study-chart", "p-best")).status_code == 403
    assert client.get(url(judged, "study-report-file", "json")).status_code == 403


def test_viewers_read_results_and_change_nothing(client, judged):
    client.force_login(add_member(judged, make_user("viewer"), Membership.Role.VIEWER))
    assert client.get(url(judged)).status_code == 200
    assert client.get(url(judged, "study-report")).status_code == 200
    assert b"Undo" not in client.get(url(judged)).content
    verdict = Verdict.standing.first()
    assert client.post(url(judged, "study-verdict-undo", verdict.pk)).status_code == 403
    assert Verdict.standing.filter(pk=verdict.pk).exists()


@pytest.mark.parametrize("name", PAGES)
def test_a_study_without_anything_is_explained(page, lead_user, name):
    study = make_study(n_queries=0, n_candidates=0, status="draft", lead=lead_user)
    Study.objects.filter(pk=study.pk).update(baseline=None)
    response = page.get(url(study, name))
    assert response.status_code == 200


def test_no_verdicts_is_no_answer(page, study):
    refresh_study(study)
    text = page.get(url(study)).content.decode()
    assert "Nothing is known yet: there are no verdicts." in text
    assert "is best with probability" not in text


def test_the_sentence_names_the_best_and_the_verdicts(page, judged):
    response = page.get(url(judged))
    best = response.context["result"].best
    assert best.candidate.name in response.context["result"].headline
    assert "after 5 verdicts" in response.content.decode()


def test_mid_refresh_says_what_the_numbers_include(page, judged, annotator_user):
    judge(annotator_user, judged, "a")
    text = page.get(url(judged)).content.decode()
    assert "The numbers include 5 of 6 verdicts." in text
    assert "Updating" in text


def test_a_closed_study_says_why(page, judged, lead_user):
    study_close(user=lead_user, slug=judged.slug)
    assert "Closed: a lead closed it." in page.get(url(judged)).content.decode()


def test_preparing_shows_progress_and_failure_shows_words(page, study):
    run = run_enqueue(kind=BackgroundRun.Kind.PREPARE_STUDY, study=study)
    BackgroundRun.objects.filter(pk=run.pk).update(progress=0.25, message="Counting 3-grams")
    text = page.get(url(study)).content.decode()
    assert "Counting 3-grams" in text
    assert 'value="0.250"' in text
    BackgroundRun.objects.filter(pk=run.pk).update(status="failed", message="out of memory")
    text = page.get(url(study)).content.decode()
    assert "The last computation failed." in text
    assert "out of memory" in text


def test_polling_gets_the_fragment_and_nothing_without_news(page, judged, annotator_user):
    token = page.get(url(judged)).context["token"]
    headers = {"HX-Request": "true"}
    assert page.get(url(judged), {"seen": token}, headers=headers).status_code == 204
    judge(annotator_user, judged, "b")
    response = page.get(url(judged), {"seen": token}, headers=headers)
    assert response.status_code == 200
    assert b"<html" not in response.content
    assert response.context["token"] != token


def test_a_poll_without_news_is_cheap(page, judged, django_assert_max_num_queries):
    token = page.get(url(judged)).context["token"]
    with django_assert_max_num_queries(8):
        page.get(url(judged), {"seen": token}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("name", PAGES)
def test_the_number_of_database_queries_does_not_grow(page, lead_user, annotator_user, name):
    counts = []
    for n_queries in (3, 9):
        study = make_study(
            n_queries=n_queries, n_candidates=n_queries, lead=lead_user, annotators=[annotator_user]
        )
        judge(annotator_user, study, *["a", "b", "tie"] * (n_queries // 3))
        refresh_study(study)
        page.get(url(study, name))
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as captured:
            page.get(url(study, name))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 22


def test_the_ranking_shows_order_entropy_and_reason(page, judged):
    response = page.get(url(judged, "study-ranking"))
    ranking = response.context["ranking"]
    assert len(ranking) == 12 - 5
    text = response.content.decode()
    assert all(f"{row.expected_entropy:.4f}" in text for row in ranking)
    assert ranking[0].reason in text


def test_the_lead_takes_back_a_verdict_of_somebody_else(page, judged):
    verdict = Verdict.standing.last()
    response = page.post(url(judged, "study-verdict-undo", verdict.pk), follow=True)
    assert "4 verdicts count" in response.content.decode()
    assert not Verdict.standing.filter(pk=verdict.pk).exists()
    assert AuditEvent.objects.get(action="verdict_undo").details == {"verdict": verdict.pk}
    assert BackgroundRun.objects.filter(study=judged, kind="refresh_selection", status="queued").exists()


def test_undo_is_a_post_and_of_this_study_only(page, judged, lead_user):
    verdict = Verdict.standing.last()
    assert page.get(url(judged, "study-verdict-undo", verdict.pk)).status_code == 405
    other = make_study(lead=lead_user)
    assert page.post(url(other, "study-verdict-undo", verdict.pk)).status_code == 404
    assert Verdict.standing.filter(pk=verdict.pk).exists()


def test_comments_and_names_are_escaped(page, judged):
    Verdict.standing.update(comment="<script>alert(1)</script>")
    judged.candidates.update(family="x")
    candidate = Verdict.standing.first().comparison.candidate
    candidate.name = "<b>bold</b>"
    candidate.save()
    for name in PAGES:
        text = page.get(url(judged, name)).content.decode()
        assert "<script>alert(1)" not in text
        assert "<b>bold</b>" not in text


def test_verdicts_come_in_pages(page, judged, monkeypatch):
    monkeypatch.setattr("annotation.web.dashboard.PAGE_SIZE", 2)
    first, last = (page.get(url(judged, "study-verdicts"), {"page": n}) for n in (1, 3))
    assert [v.pk for v in first.context["page"]] == [v.pk for v in Verdict.standing.order_by("-pk")[:2]]
    assert len(last.context["page"]) == 1
    assert "Page 3 of 3" in last.content.decode()


@pytest.mark.parametrize("name", ["p-best", "win-rates", "p-best-over-time", "entropy", "weak-judges"])
def test_every_chart_can_be_saved(page, judged, name):
    response = page.get(url(judged, "study-chart", name))
    assert response["Content-Type"] == "image/svg+xml"
    assert f'filename="{judged.slug}-{name}.svg"' in response["Content-Disposition"]
    assert ET.fromstring(response.content).tag.endswith("svg")


def test_unknown_charts_are_named(page, judged):
    response = page.get(url(judged, "study-chart", "pie"))
    assert response.status_code == 404
    assert "win-rates" in response.content.decode()
