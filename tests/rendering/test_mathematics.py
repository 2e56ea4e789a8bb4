"""Mathematics is handed to the browser untouched; money and shell variables are not mathematics."""

import pytest

from annotation.rendering import render_markdown


@pytest.mark.parametrize(
    "formula",
    [
        "$x_1 + x_2$",
        "$5x$",
        "$a*b*c$",
        "$2 \\cdot 3 = 6$",
        "$n$",
        r"\(a_{ij} b_{jk}\)",
        "$f(x)$",
    ],
)
def test_inline(formula: str) -> None:
    html = render_markdown(f"We know that {formula}, so we go on.")
    assert f'<span class="math math--inline">{formula}</span>, so' in html


@pytest.mark.parametrize("formula", ["$$x_1 * x_2 * x_3$$", r"\[ \sum_{i=1}^{n} i \]"])
def test_display_inside_a_line(formula: str) -> None:
    assert f'<span class="math math--display">{formula}</span> holds' in render_markdown(
        f"Then {formula} holds."
    )


@pytest.mark.parametrize(
    "formula",
    ["$$\na = b\n= c\n- d\n$$", "\\[\n\\begin{aligned}\na &= b \\\\\n- c\n\\end{aligned}\n\\]", "$$ x $$"],
)
def test_display_over_lines_is_no_markdown(formula: str) -> None:
    html = render_markdown(f"Before\n\n{formula}\n\nAfter")
    assert "<h" not in html
    assert "<li" not in html
    assert formula.replace("&", "&amp;") in html


def test_display_right_after_a_paragraph() -> None:
    html = render_markdown("The sum is\n$$\na\n= b\n$$\nas promised.")
    assert '<span class="math math--display">$$\na\n= b\n$$</span>' in html
    assert "as promised" in html


def test_display_inside_a_list() -> None:
    html = render_markdown("1. First:\n   $$\n   x\n   = y\n   $$\n2. Second")
    assert "math--display" in html
    assert html.count("<li>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "From $5-$10 a month",
        "I paid $5, she paid 6$ for it",
        "US$5 or A$6",
        "$1.50 to 2 euros$",
        "Set $HOME/$USER and $PATH",
        "$ x $ is not closed",
        "an escaped \\$5 and \\$6",
        "`$x$` is code",
        "just one $",
        "$$$$",
        "$$ never closed",
        "\\[ never closed",
    ],
)
def test_not_mathematics(text: str) -> None:
    assert "math" not in render_markdown(text)


def test_code_keeps_its_dollars() -> None:
    assert "math" not in render_markdown("```bash\necho $a$ $b$\n$$\nx\n$$\n```")
