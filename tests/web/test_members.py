"""Who works on a study: added, given another role, taken out, invited with a first password."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

pytestmark = pytest.mark.django_db


def address(study, page="study-members"):
    return reverse(page, args=[study.slug])


def test_somebody_with_an_account_is_added(page, study, outsider_user):
    answer = page.post(address(study), {"username": "outsider", "role": "viewer"}, follow=True)
    assert "outsider is now viewer of this study." in answer.content.decode()
    assert study.memberships.get(user=outsider_user).role == "viewer"


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"username": "nobody", "role": "annotator"}, "username", "Nobody here is called 'nobody'"),
        ({"username": "", "role": "annotator"}, "username", "Type somebody"),
        ({"username": "annotator", "role": "boss"}, "role", "boss is not one of the available choices"),
        ({"username": "lead", "role": "viewer"}, None, "needs a lead"),
    ],
)
def test_who_cannot_be_added_is_said(page, study, form, field, words):
    answer = page.post(address(study), form)
    assert answer.status_code == 400
    bound = answer.context["form"]
    assert words in (bound.errors[field] if field else bound.non_field_errors())[0]


def test_roles_change_and_people_leave(page, study, annotator_user):
    form = {"username": "annotator"}
    page.post(address(study, "study-member"), form | {"action": "role", "role": "viewer"})
    assert study.memberships.get(user=annotator_user).role == "viewer"
    answer = page.post(address(study, "study-member"), form | {"action": "remove"}, follow=True)
    assert "Their verdicts stay." in answer.content.decode()
    assert not study.memberships.filter(user=annotator_user).exists()


def test_the_last_lead_stays(page, study):
    for form in ({"action": "remove"}, {"action": "role", "role": "annotator"}):
        answer = page.post(address(study, "study-member"), {"username": "lead"} | form, follow=True)
        assert "A study needs a lead" in answer.content.decode()
    assert study.memberships.filter(user__username="lead", role="lead").exists()


def test_a_lead_who_leaves_is_not_sent_to_a_closed_door(page, study):
    page.post(address(study), {"username": "annotator", "role": "lead"})
    form = {"username": "lead", "action": "remove"}
    assert page.post(address(study, "study-member"), form, follow=True).status_code == 200


def test_an_invited_person_logs_in_judges_and_changes_the_password(page, study, client):
    answer = page.post(address(study, "study-invite"), {"username": "newcomer", "role": "annotator"})
    _, password = answer.context["invited"]
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert password not in page.get(address(study)).content.decode()
    client.logout()
    assert client.login(username="newcomer", password=password)
    assert client.get(reverse("study-judge", args=[study.slug])).status_code == 200
    form = {"old_password": password, "new_password1": "river-stone-41", "new_password2": "river-stone-41"}
    answer = client.post(reverse("account-password"), form, follow=True)
    assert "The password is changed." in answer.content.decode()
    client.logout()
    assert client.login(username="newcomer", password="river-stone-41")


def test_the_password_is_nowhere_in_clear(page, study):
    answer = page.post(address(study, "study-invite"), {"username": "newcomer", "role": "annotator"})
    _, password = answer.context["invited"]
    assert password not in get_user_model().objects.get(username="newcomer").password
    assert all(password not in str(event.details) for event in study.audit_events.all())


@pytest.mark.parametrize(
    ("username", "words"),
    [
        ("annotator", "has an account already"),
        ("Annotator", "has an account already"),
        ("two words", "valid username"),
        ("", "Choose a user name"),
        ("x" * 151, "at most 150"),
    ],
)
def test_names_that_accounts_cannot_have(page, study, username, words):
    before = get_user_model().objects.count()
    answer = page.post(address(study, "study-invite"), {"username": username, "role": "annotator"})
    assert answer.status_code == 400
    assert words in answer.context["invite_form"].errors["username"][0]
    assert get_user_model().objects.count() == before


def test_only_leads_invite(client, study, annotator_user):
    client.force_login(annotator_user)
    form = {"username": "newcomer", "role": "lead"}
    assert client.post(address(study, "study-invite"), form).status_code == 403
    assert not get_user_model().objects.filter(username="newcomer").exists()
