import pytest
from django.urls import resolve, reverse

from annotation.exceptions import ConflictError, InvalidValueError, NotFoundError, PermissionDeniedError
from annotation.models import BackgroundRun, Candidate, Membership, Study
from annotation.selection import DEFAULT_STRATEGY, STRATEGIES
from annotation.services.studies import (
    member_add,
    member_remove,
    study_close,
    study_create,
    study_open,
    study_pause,
    study_update,
)
from tests.factories import judge, make_study, make_user

pytestmark = pytest.mark.django_db


def kinds_queued(study: Study) -> set[str]:
    return set(BackgroundRun.objects.filter(study=study).values_list("kind", flat=True))


def test_whoever_creates_a_study_leads_it(lead_user):
    study = study_create(user=lead_user, name="  Legal summaries ")
    assert (study.name, study.slug, study.status) == ("Legal summaries", "legal-summaries", "draft")
    assert study.strategy == DEFAULT_STRATEGY
    assert study.memberships.get().role == Membership.Role.LEAD
    assert study.audit_events.get().action == "study_create"


def test_a_taken_name_gets_a_number(lead_user):
    slugs = [study_create(user=lead_user, name="Same").slug for _ in range(3)]
    assert slugs == ["same", "same-2", "same-3"]


def test_a_name_without_letters_still_has_an_address(lead_user):
    assert study_create(user=lead_user, name="法律").slug == "study"


def test_no_study_takes_the_address_of_a_page(lead_user):
    study = study_create(user=lead_user, name="New")
    assert resolve(reverse("study-dashboard", args=[study.slug])).url_name == "study-dashboard"
    with pytest.raises(ConflictError, match="'new' is the address of a page"):
        study_create(user=lead_user, name="x", slug="new")


def test_a_taken_slug_is_refused(lead_user, study):
    with pytest.raises(ConflictError, match=study.slug):
        study_create(user=lead_user, name="x", slug=study.slug)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": " "}, "name: must not be empty"),
        ({"name": "x", "strategy": "clairvoyance"}, "clairvoyance"),
        ({"name": "x", "overlap": 0}, "overlap"),
        ({"name": "x", "target_p_best": 1.5}, "target_p_best"),
        ({"name": "x", "colour": "red"}, "colour: unknown setting"),
        ({"name": "x", "strategy_params": {"depth": 3}}, "depth"),
    ],
)
def test_values_out_of_range_are_named_and_nothing_is_stored(lead_user, settings, words):
    with pytest.raises(InvalidValueError, match=words):
        study_create(user=lead_user, **settings)
    assert not Study.objects.exists()


def test_changed_settings_are_refreshed_and_recorded(study, lead_user):
    other = next(name for name in STRATEGIES if name != study.strategy)
    study_update(user=lead_user, slug=study.slug, strategy=other, budget=40)
    study.refresh_from_db()
    assert (study.strategy, study.budget) == (other, 40)
    assert BackgroundRun.Kind.REFRESH_SELECTION in kinds_queued(study)
    assert study.audit_events.get().details == {"settings": ["budget", "strategy"]}


def test_the_same_settings_again_change_nothing(study, lead_user):
    study_update(user=lead_user, slug=study.slug, overlap=study.overlap)
    assert not study.audit_events.exists()
    assert not kinds_queued(study)


def test_another_baseline_needs_other_weak_outcomes(study, lead_user):
    before = study.data_version
    study_update(user=lead_user, slug=study.slug, baseline=study.candidates.get(name="candidate-0"))
    study.refresh_from_db()
    assert study.data_version == before + 1
    assert BackgroundRun.Kind.PREPARE_STUDY in kinds_queued(study)


def test_the_baseline_stays_once_verdicts_exist(study, lead_user, annotator_user):
    judge(annotator_user, study, "a")
    with pytest.raises(ConflictError, match="verdicts exist"):
        study_update(user=lead_user, slug=study.slug, baseline=study.candidates.get(name="candidate-0"))


def test_a_baseline_of_another_study_is_refused(study, lead_user):
    stranger = make_study().baseline
    with pytest.raises(InvalidValueError, match="not a candidate"):
        study_update(user=lead_user, slug=study.slug, baseline=stranger)


def test_opening_ranks_and_prepares(lead_user):
    study = make_study(status="draft", lead=lead_user)
    assert study_open(user=lead_user, slug=study.slug).status == Study.Status.OPEN
    assert kinds_queued(study) == {"refresh_selection", "prepare_study"}


def test_an_empty_study_says_what_is_missing(lead_user):
    study = study_create(user=lead_user, name="empty")
    with pytest.raises(ConflictError, match="no queries"):
        study_open(user=lead_user, slug=study.slug)
    study.queries.create(external_id="q", turns=["?"])
    with pytest.raises(ConflictError, match="no baseline"):
        study_open(user=lead_user, slug=study.slug)
    study.baseline = Candidate.objects.create(study=study, name="only")
    study.save()
    with pytest.raises(ConflictError, match="no candidate beside"):
        study_open(user=lead_user, slug=study.slug)


def test_pause_close_and_open_again(study, lead_user):
    assert study_pause(user=lead_user, slug=study.slug).status == Study.Status.PAUSED
    with pytest.raises(ConflictError, match="Paused"):
        study_pause(user=lead_user, slug=study.slug)
    closed = study_close(user=lead_user, slug=study.slug)
    assert (closed.status, closed.close_reason) == (Study.Status.CLOSED, Study.CloseReason.LEAD)
    assert study_close(user=lead_user, slug=study.slug).closed_at == closed.closed_at
    opened = study_open(user=lead_user, slug=study.slug)
    assert (opened.status, opened.close_reason, opened.closed_at) == (Study.Status.OPEN, "", None)


@pytest.mark.parametrize("call", [study_open, study_pause, study_close, study_update])
def test_only_leads_steer(study, annotator_user, outsider_user, call):
    with pytest.raises(PermissionDeniedError):
        call(user=annotator_user, slug=study.slug)
    with pytest.raises(NotFoundError):
        call(user=outsider_user, slug=study.slug)


def test_members_come_change_and_go(study, lead_user, outsider_user):
    member_add(user=lead_user, slug=study.slug, username="outsider", role="viewer")
    member_add(user=lead_user, slug=study.slug, username="outsider", role="annotator")
    assert study.memberships.get(user=outsider_user).role == "annotator"
    member_remove(user=lead_user, slug=study.slug, username="outsider")
    assert not study.memberships.filter(user=outsider_user).exists()
    assert study.audit_events.count() == 3


def test_unknown_people_and_roles_are_named(study, lead_user):
    with pytest.raises(NotFoundError, match="nobody"):
        member_add(user=lead_user, slug=study.slug, username="nobody", role="annotator")
    with pytest.raises(InvalidValueError, match="'boss', must be one of"):
        member_add(user=lead_user, slug=study.slug, username="annotator", role="boss")
    with pytest.raises(NotFoundError, match="not a member"):
        member_remove(user=lead_user, slug=study.slug, username="nobody")


def test_the_last_lead_stays(study, lead_user):
    with pytest.raises(ConflictError, match="needs a lead"):
        member_remove(user=lead_user, slug=study.slug, username="lead")
    with pytest.raises(ConflictError, match="needs a lead"):
        member_add(user=lead_user, slug=study.slug, username="lead", role="viewer")
    make_user("second")
    member_add(user=lead_user, slug=study.slug, username="second", role="lead")
    member_remove(user=lead_user, slug=study.slug, username="lead")
    assert study.memberships.get(role="lead").user.username == "second"
