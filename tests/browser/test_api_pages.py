"""The API's own pages in a real browser: they draw, and the strict policy has nothing to refuse."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_docs_draw_under_the_strict_policy(open_page, lead_user) -> None:
    page = open_page(lead_user, "/api/docs/")
    page.get_by_text("/api/v1/studies/{slug}/leases").first.wait_for()
    assert page.locator(".opblock").count() > 25


def test_token_is_made_by_keyboard_and_works(open_page, lead_user) -> None:
    page = open_page(lead_user, "/account/tokens/")
    page.get_by_label("Name").focus()
    page.keyboard.type("notebook")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    text = page.locator("#new-token").inner_text()
    context = page.context
    context.clear_cookies()
    answer = context.request.get("/api/v1/studies", headers={"Authorization": f"Bearer {text}"})
    assert answer.status == 200
    assert context.request.get("/api/v1/studies").status == 401
