"""Who judged, how fast, and toward which side."""

from datetime import timedelta

import pytest

from annotation.lookups.people import list_people, list_standing, side_bias, wilson_interval
from annotation.models import Membership, Verdict
from annotation.services.verdicts import verdict_undo
from tests.factories import judge


@pytest.mark.parametrize(
    ("n_hits", "n_trials", "low", "high"),
    # By Wilson's formula on paper: z = 1.96; 0 of 10 gives z^2 / (n + z^2) as its upper end.
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 3.8415 / 13.8415), (5, 10, 0.2366, 0.7634)],
)
def test_wilson_interval(n_hits, n_trials, low, high):
    assert wilson_interval(n_hits, n_trials) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.django_db
def test_sides_are_those_the_annotator_chose(study, annotator_user):
    judge(annotator_user, study, "a", "a", "b", "tie", "both_bad")
    verdicts = list_standing(study)
    assert [verdict.side for verdict in verdicts] == ["a", "a", "b", None, None]
    bias = side_bias(verdicts)
    assert (bias.n_a, bias.n_decided, bias.share) == (2, 3, pytest.approx(2 / 3))
    assert not bias.is_biased


@pytest.mark.django_db
def test_pace_leaves_out_pauses_and_undone_verdicts_do_not_count(study, annotator_user, lead_user):
    given = judge(annotator_user, study, "a", "b", "tie", "a")
    for verdict, seconds in zip(given, (10, 20, 3600, 40), strict=True):
        shown = verdict.submitted_at - timedelta(seconds=seconds)
        Verdict.objects.filter(pk=verdict.pk).update(shown_at=shown)
    verdict_undo(user=annotator_user, slug=study.slug)
    annotator, lead = list_people(study, list_standing(study))
    assert (annotator.username, annotator.role, annotator.n_verdicts) == ("annotator", "Annotator", 3)
    assert annotator.median_seconds == pytest.approx(15)
    assert (lead.username, lead.n_verdicts, lead.median_seconds) == ("lead", 0, None)


@pytest.mark.django_db
def test_the_verdicts_of_those_who_left_stay(study, annotator_user):
    judge(annotator_user, study, "a")
    Membership.objects.filter(user=annotator_user).delete()
    people = {person.username: person.role for person in list_people(study, list_standing(study))}
    assert people == {"annotator": "", "lead": "Lead"}
