"""Untrusted texts: what is kept, what is taken away, and that nothing makes the parser choke."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.rendering import render_markdown
from annotation.rendering.markup import ALLOWED_TAGS

ATTRIBUTES = {"class", "href", "title", "rel", "target", "start", "tabindex"}


class Collector(HTMLParser):
    """Lists the elements and attributes a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def seen_by_browser(html: str) -> Collector:
    collector = Collector()
    collector.feed(html)
    collector.close()
    return collector


def assert_harmless(html: str) -> None:
    seen = seen_by_browser(html)
    assert seen.tags <= ALLOWED_TAGS
    assert {name for name, _ in seen.attributes} <= ATTRIBUTES
    for name, value in seen.attributes:
        if name == "href":
            assert value.lower().startswith(("http://", "https://", "mailto:"))


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<img src=x onerror="alert(1)">',
    "style": "<style>body{display:none}</style><p style='position:fixed'>x</p>",
    "svg": "<svg/onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "iframe": "<iframe src='https://example.org'></iframe>",
    "form": "<form action='https://example.org'><input name=password></form>",
    "unclosed": "<div><div><p><b <a href='",
    "comment": "<!-- --!> <img src=x onerror=alert(1)> -->",
    "javascript link": "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](&#106;avascript:alert(1))",
    "data link": "[x](data:text/html;base64,PHNjcmlwdD4=) <data:text/html,x>",
    "relative link": "[x](/logout/) [y](//example.org/x)",
    "attribute escape": '[x](https://e.org/"onmouseover="alert(1)) [y](https://e.org "a\\" onclick=\\"b")',
    "fence name": '```python"><script>alert(1)</script>\nx\n```',
    "formula": '$x"><script>alert(1)</script>$ and \\(<img src=x onerror=alert(1)>\\)',
    "alt text": '![<script>alert(1)</script> "onerror=x](https://example.org/p.png)',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markup_is_harmless(text: str) -> None:
    assert_harmless(render_markdown(text))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE.values(), "`", "$", "\n", "> ", "- ", "|", "x ", "<", "](", "![", "**"])
    )
)
def test_mixtures_of_hostile_markup_are_harmless(parts: list[str]) -> None:
    assert_harmless(render_markdown("".join(parts)))


def test_html_is_shown_as_written() -> None:
    assert "&lt;b&gt;bold&lt;/b&gt;" in render_markdown("<b>bold</b>")


def test_images_leave_their_alternative_text() -> None:
    html = render_markdown("![A *cat* on a mat](https://example.org/cat.png)")
    assert "[image not shown: A *cat* on a mat]" in html
    assert "cat.png" not in html


def test_links_open_apart_and_carry_nothing() -> None:
    html = render_markdown("[site](https://example.org/a?b=1)")
    attributes = dict(seen_by_browser(html).attributes)
    assert attributes["href"] == "https://example.org/a?b=1"
    assert attributes["target"] == "_blank"
    assert set(attributes["rel"].split()) == {"noopener", "noreferrer", "nofollow"}


def test_headings_stay_below_those_of_the_page() -> None:
    tags = seen_by_browser(render_markdown("# One\n\n## Two\n\n###### Six")).tags
    assert tags == {"h3", "h4", "h6"}


def test_tables_scroll_on_their_own() -> None:
    html = render_markdown("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<div class="table-wrap" tabindex="0"><table class="table">' in html
    assert "<td>2</td>" in html


def test_line_breaks_are_kept() -> None:
    assert "<br>" in render_markdown("Roses are red\nViolets are blue")


class TestCode:
    def test_known_languages_are_coloured(self) -> None:
        assert '<span class="hl-k">def</span>' in render_markdown("```python\ndef f(): pass\n```")

    def test_unknown_languages_are_only_escaped(self) -> None:
        html = render_markdown("```brainstorm\na < b && $x$\n```")
        assert "a &lt; b &amp;&amp; $x$" in html
        assert "hl-" not in html

    def test_long_blocks_are_not_coloured(self) -> None:
        assert "hl-" not in render_markdown("```python\n" + "def f(): pass\n" * 2_000 + "```")

    def test_many_blocks_are_coloured_up_to_a_limit(self) -> None:
        block = "```python\n" + "x = 1\n" * 2_000 + "```\n\n"
        pieces = render_markdown(block * 10).split("<pre")
        assert "hl-" in pieces[1]
        assert "hl-" not in pieces[10]


CHOKING = {
    "quotes": ">" * 10_000,
    "brackets": "[" * 10_000,
    "image openers": "![" * 10_000,
    "link openers": "[a](" * 25_000,
    "stars": "**a*" * 25_000,
    "angles": "<" * 100_000,
    "dollars": "$a " * 33_000,
    "formula openers": "\\[" * 50_000,
    "pipes": "|a" * 50_000,
    "bracket lines": "[\n" * 50_000,
    "spaced quotes": "> " * 50_000,
}


@pytest.mark.parametrize("text", CHOKING.values(), ids=CHOKING.keys())
def test_texts_made_to_choke_the_parser_are_shown_as_they_are(text: str) -> None:
    html = render_markdown(text)
    assert html.startswith('<pre class="plain"')
    assert_harmless(html)


def test_deep_lists_do_not_exhaust_the_stack() -> None:
    assert_harmless(render_markdown("".join("  " * depth + "- a\n" for depth in range(500))))


def test_very_long_texts_are_shown_whole() -> None:
    text = "word " * 90_000
    assert text in render_markdown(text)


def test_ordinary_long_texts_are_rendered() -> None:
    html = render_markdown("Some **bold** prose, `code` and a list:\n\n- one\n- two\n\n" * 1_800)
    assert html.count("<strong>bold</strong>") == 1_800
