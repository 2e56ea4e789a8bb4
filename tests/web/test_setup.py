"""The page of settings, the states of a study, and discarding a draft."""

import pytest
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import BackgroundRun, Study
from annotation.selection import strategies_for
from tests.factories import judge, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(lead_user):
    """A draft of five candidates without a baseline."""
    study = make_study(status="draft", n_candidates=4, lead=lead_user, strategy="item_response")
    Study.objects.filter(pk=study.pk).update(baseline=None)
    study.refresh_from_db()
    return study


def address(study, page="study-settings", *more):
    return reverse(page, args=[study.slug, *more])


def filled(page, study):
    """Return the form as the browser would send it back."""
    form = page.get(address(study)).context["form"]
    values = {field.name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_saving_what_is_there_changes_nothing(page, study):
    page.post(address(study), filled(page, study))
    before = study.audit_events.count()
    assert page.post(address(study), filled(page, study)).status_code == 302
    assert study.audit_events.count() == before


def test_the_last_step_saves_and_opens(page, draft):
    form = filled(page, draft)
    chosen = draft.candidates.get(name="candidate-1")
    dropped = draft.candidates.get(name="candidate-3")
    active = [pk for pk in form["candidates"] if pk != dropped.pk]
    form |= {"baseline": chosen.pk, "candidates": active, "budget": "40", "guidelines": "*Read* first."}
    answer = page.post(address(draft), form | {"action": "open"}, follow=True)
    draft.refresh_from_db()
    assert (draft.status, draft.baseline, draft.budget) == ("open", chosen, 40)
    dropped.refresh_from_db()
    assert not dropped.is_active
    assert set(draft.background_runs.values_list("kind", flat=True)) == {"prepare_study", "refresh_selection"}
    text = answer.content.decode()
    assert answer.redirect_chain[-1][0] == address(draft, "study-dashboard")
    assert "comparisons are chosen without them" in text


def test_a_suggested_baseline_is_chosen_beforehand_with_its_reason(page, draft):
    response = page.get(address(draft))
    suggestion = response.context["suggestion"]
    assert response.context["form"]["baseline"].value() == suggestion.candidate.pk
    assert "neither wins nor loses nearly always" in response.content.decode()


@pytest.mark.parametrize("action", ["open", "save"])
def test_without_a_baseline_nothing_is_saved(page, draft, action):
    answer = page.post(address(draft), filled(page, draft) | {"baseline": "", "action": action})
    assert answer.status_code == 400
    assert answer.context["form"].errors["baseline"] == ["Choose what the candidates are compared with."]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_saved_draft_stays_one_and_its_weak_judges_begin(page, draft):
    baseline = draft.candidates.first()
    form = filled(page, draft) | {"baseline": baseline.pk, "candidates": [baseline.pk], "action": "save"}
    assert page.post(address(draft), form).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.baseline) == ("draft", baseline)
    assert draft.background_runs.filter(kind="prepare_study").exists()


def test_the_baseline_alone_is_no_pool(page, draft):
    baseline = draft.candidates.first()
    form = filled(page, draft) | {"baseline": baseline.pk, "candidates": [baseline.pk], "action": "open"}
    answer = page.post(address(draft), form)
    assert "at least one candidate beside the baseline" in answer.context["form"].errors["candidates"][0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("overlap", "12", "“12” is not allowed: it must be a whole number from 1 to 9."),
        ("overlap", "1.5", "“1.5” is not allowed: it must be a whole number from 1 to 9."),
        ("target_p_best", "7", "“7” is not allowed: it must be a number from 0.5 to 0.999."),
        ("near_delta", "a bit", "“a bit” is not allowed: it must be a number from 0 to 0.2."),
        ("budget", "0", "“0” is not allowed: it must be a whole number from 1 to 10,000,000."),
        ("budget", "nan", "“nan” is not allowed: it must be a whole number from 1 to 10,000,000."),
        ("lease_minutes", "", "Nothing was typed: it must be a whole number from 1 to 1,440."),
        ("item_response.common_share", "2", "“2” is not allowed: it must be a number from 0 to 1."),
        ("strategy", "magic", "magic is not one of the available choices"),
        ("baseline", "999999", "999999 is not one of the available choices"),
        ("name", " ", "The study needs a name."),
    ],
)
def test_what_is_out_of_range_is_said_beside_the_field(page, draft, field, value, words):
    answer = page.post(address(draft), filled(page, draft) | {field: value})
    assert answer.status_code == 400
    assert words in answer.context["form"].errors[field][0]
    assert not draft.audit_events.exists()


def test_nothing_is_saved_when_opening_fails(page, draft):
    draft.queries.all().delete()
    form = filled(page, draft) | {"baseline": draft.candidates.first().pk, "name": "Other", "action": "open"}
    answer = page.post(address(draft), form)
    assert answer.status_code == 400
    assert "no queries yet" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.name != "Other"
    assert draft.baseline is None


def test_parameters_of_other_strategies_do_not_matter(page, draft):
    form = filled(page, draft) | {"strategy": "random", "item_response.common_share": "2"}
    assert page.post(address(draft), form).status_code == 302
    draft.refresh_from_db()
    assert draft.strategy == "random"
    assert "common_share" not in draft.strategy_params


def test_parameters_of_the_strategy_are_kept(page, draft):
    page.post(address(draft), filled(page, draft) | {"item_response.common_share": "0.25"})
    draft.refresh_from_db()
    assert draft.strategy_params["common_share"] == 0.25
    assert page.get(address(draft)).context["form"]["item_response.common_share"].value() == 0.25


def test_a_strategy_among_the_folded_ones_is_shown_when_chosen(page, study):
    assert '<details class="more-options">' in page.get(address(study)).content.decode()
    page.post(address(study), filled(page, study) | {"strategy": list(strategies_for("pairwise"))[-1]})
    assert '<details class="more-options" open>' in page.get(address(study)).content.decode()


def test_every_strategy_can_be_chosen_and_is_described(page, study):
    text = page.get(address(study)).content.decode()
    for name, strategy in strategies_for("pairwise").items():
        assert f'value="{name}"' in text
        assert strategy.description.replace("'", "&#x27;") in text


def test_the_baseline_stays_once_there_are_verdicts(page, study, annotator_user):
    judge(annotator_user, study, "a")
    other = study.candidates.exclude(pk=study.baseline_id).first()
    answer = page.post(address(study), filled(page, study) | {"baseline": other.pk})
    assert answer.status_code == 302
    before = study.baseline_id
    study.refresh_from_db()
    assert study.baseline_id == before


def test_what_counts_as_best_reaches_the_result(page, study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie")
    page.post(address(study), filled(page, study) | {"near_delta": "0.0"})
    study.refresh_from_db()
    narrow = [entry["p_near_best"] for entry in refresh_study(study).entries]
    page.post(address(study), filled(page, study) | {"near_delta": "0.2"})
    study.refresh_from_db()
    wide = [entry["p_near_best"] for entry in refresh_study(study).entries]
    assert sum(wide) > sum(narrow)


def test_running_work_is_said(page, draft):
    for kind in ("import_files", "prepare_study"):
        BackgroundRun.objects.create(kind=kind, study=draft, status="running", progress=0.3)
    text = page.get(address(draft)).content.decode()
    assert "Files are still being imported." in text
    assert "Weak judges are being computed" in text


def test_a_study_without_candidates_points_to_the_import(page, lead_user):
    study = make_study(status="draft", n_queries=0, n_candidates=0, lead=lead_user)
    Study.objects.update(baseline=None)
    study.candidates.all().delete()
    assert address(study, "study-import") in page.get(address(study)).content.decode()


def test_pause_resume_close_reopen_by_button(page, study):
    for action, status in (("pause", "paused"), ("open", "open"), ("close", "closed"), ("open", "open")):
        answer = page.post(address(study, "study-state", action), {"from": "dashboard"})
        assert answer["Location"] == address(study, "study-dashboard")
        study.refresh_from_db()
        assert study.status == status
    assert page.post(address(study, "study-state", "explode")).status_code == 404
    assert page.get(address(study, "study-state", "pause")).status_code == 405


def test_what_cannot_be_done_now_is_said(page, study, draft):
    answer = page.post(address(draft, "study-state", "open"), follow=True)
    assert "no baseline" in answer.content.decode()
    answer = page.post(address(draft, "study-state", "pause"), follow=True)
    assert "Only an open study can be paused" in answer.content.decode()


def test_only_leads_have_buttons(client, study, annotator_user, outsider_user):
    for user, status in ((annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        assert client.post(address(study, "study-state", "close")).status_code == status
    study.refresh_from_db()
    assert study.status == "open"


def test_a_draft_is_discarded_and_an_open_study_is_not(page, study, draft):
    answer = page.post(address(draft, "study-discard"), follow=True)
    assert f"The draft “{draft.name}” is gone." in answer.content.decode()
    assert not Study.objects.filter(pk=draft.pk).exists()
    answer = page.post(address(study, "study-discard"), follow=True)
    assert "Only a draft can be discarded" in answer.content.decode()
    assert Study.objects.filter(pk=study.pk).exists()


def test_home_leads_a_draft_to_its_settings(page, draft):
    assert address(draft) in page.get(reverse("home")).content.decode()


@pytest.mark.parametrize("status", ["draft", "open"])
def test_candidates_that_came_while_the_page_was_open_stay_active(page, lead_user, status):
    study = make_study(status=status, lead=lead_user)
    form = filled(page, study)
    dropped = study.candidates.get(name="candidate-0")
    form["candidates"] = [pk for pk in form["candidates"] if pk != dropped.pk]
    study.candidates.create(name="latecomer")
    study.candidates.create(name="dropped before", is_active=False)
    assert page.post(address(study), form).status_code == 302
    active = study.candidates.filter(is_active=True).values_list("name", flat=True)
    assert set(active) == {"baseline", "candidate-1", "candidate-2", "latecomer"}


def test_a_candidate_that_went_while_the_page_was_open_does_no_harm(page, study):
    form = filled(page, study)
    gone = study.candidates.get(name="candidate-0")
    form["candidates"] = [pk for pk in form["candidates"] if pk != gone.pk]
    gone.delete()
    assert page.post(address(study), form).status_code == 302
