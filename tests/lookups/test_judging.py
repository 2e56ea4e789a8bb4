from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.lookups.judging import candidate_side, get_comparison, get_progress
from annotation.models import Verdict
from annotation.services.leases import lease_claim
from tests.factories import judge, make_study

pytestmark = pytest.mark.django_db


def test_sides_are_stable_per_person_and_about_half_and_half(study):
    def side(user, query):
        return candidate_side(study=study, user_id=user, query_id=query, candidate_id=1)

    sides = [side(1, query) for query in range(400)]
    assert sides == [side(1, query) for query in range(400)]
    assert sides != [side(2, query) for query in range(400)]
    assert 150 < sides.count("a") < 250  # five standard deviations


def test_another_study_has_other_sides(study):
    other = make_study()
    pairs = [
        [candidate_side(study=s, user_id=1, query_id=q, candidate_id=1) for q in range(64)]
        for s in (study, other)
    ]
    assert pairs[0] != pairs[1]


def test_the_candidates_text_stands_on_its_side(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    view = get_comparison(lease)
    response = lease.comparison.candidate.responses.get(query=lease.comparison.query)
    baseline = study.baseline.responses.get(query=lease.comparison.query)
    expected = (response.turns, baseline.turns)
    if lease.candidate_side == "b":
        expected = expected[::-1]
    assert (view.a_turns, view.b_turns) == expected
    assert view.query_turns == lease.comparison.query.turns


def test_progress_counts_standing_verdicts_and_own_pace(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie")
    now = timezone.now()
    for verdict, seconds in zip(Verdict.objects.all(), (30, 90, 3600), strict=True):
        verdict.shown_at, verdict.submitted_at = now - timedelta(seconds=seconds), now
        verdict.save()
    progress = get_progress(study=study, user=annotator_user)
    assert (progress.n_verdicts, progress.n_mine, progress.n_mine_today) == (3, 3, 3)
    assert progress.n_wanted == 12
    # The hour was a pause; the median of 30 and 90 seconds is a minute for each of the nine left.
    assert progress.minutes_left == pytest.approx(9.0)


def test_progress_before_the_first_verdict(study, annotator_user):
    progress = get_progress(study=study, user=annotator_user)
    assert (progress.n_mine, progress.minutes_left, progress.can_undo) == (0, None, False)


def test_the_budget_is_what_is_wanted(annotator_user):
    study = make_study(budget=5, annotators=[annotator_user])
    assert get_progress(study=study, user=annotator_user).n_wanted == 5
