"""The fragment holds texts and sides, turn by turn."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from annotation.rendering import render_comparison


@dataclass(frozen=True)
class View:
    lease_id: str = "2f0c0f2e-0000-4000-8000-000000000000"
    query_turns: tuple[str, ...] = ("What is two and two?",)
    a_turns: tuple[str, ...] = ("It is **four**.",)
    b_turns: tuple[str, ...] = ("Five.",)
    category: str = "sums"
    reference: str = ""
    expires_at: datetime = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_stands_before_b() -> None:
    html = render_comparison(View())
    assert html.index("What is two") < html.index("<strong>four</strong>") < html.index("Five.")
    assert 'data-lease="2f0c0f2e-0000-4000-8000-000000000000"' in html


def test_raw_text_is_there_escaped() -> None:
    html = render_comparison(View(a_turns=("<script>alert(1)</script>",)))
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_turns_stand_in_the_order_of_the_dialogue() -> None:
    html = render_comparison(View(query_turns=("q1", "q2"), a_turns=("a1", "a2"), b_turns=("b1", "b2")))
    order = [html.index(f"<p>{text}</p>") for text in ("q1", "a1", "b1", "q2", "a2", "b2")]
    assert order == sorted(order)
    assert "turn 2 of 2" in html


def test_missing_and_empty_texts_are_named() -> None:
    html = render_comparison(View(query_turns=("q1", "q2"), a_turns=("a1",), b_turns=("b1", "  ")))
    assert html.count("There is no text for this turn.") == 1
    assert html.count("This text is empty.") == 1


@pytest.mark.parametrize(("reference", "count"), [("", 0), ("Four.", 1)])
def test_reference_only_if_there_is_one(reference: str, count: int) -> None:
    html = render_comparison(replace(View(), reference=reference))
    assert html.count("Reference answer") == count
