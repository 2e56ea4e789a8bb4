"""Markdown of unknown origin to HTML that is safe to show.

Three walls: the parser knows no raw HTML, links only to http, https and mailto; the renderer writes no image;
an allow-list sanitizer drops whatever the first two did not think of.
"""

import re
from collections.abc import Sequence
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from annotation.rendering.code import MAX_HIGHLIGHTED_CHARACTERS, highlight_code
from annotation.rendering.mathematics import mathematics_plugin

# Beyond these a text is shown as it is: parsing would cost seconds, or the parser's own stack.
MAX_CHARACTERS = 400_000
MAX_HIGHLIGHTED_PER_TEXT = 4 * MAX_HIGHLIGHTED_CHARACTERS
# One mark, or a short pattern that begins with one, a thousand times in a row.
HOSTILE_RUN = re.compile(r"([\[\]>*_`~<!(\\&#|$](?:[ \t]?[^\n]{0,3}?|\n))(?:[ \t]?\1){699}")

ALLOWED_TAGS = {
    *("p", "br", "hr", "div", "span", "strong", "em", "del", "a", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"tabindex"}, "div": {"tabindex"}}
ALLOWED_SCHEMES = {"http", "https", "mailto"}
LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def render_image(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Say that an image stood here; loading it would tell its host who judges what."""
    label = tokens[index].content.strip()
    words = f"image not shown: {label}" if label else "image not shown"
    return f'<span class="blocked">[{escape(words)}]</span>'


def render_fence(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Write a block of code that scrolls on its own and can be reached by the Tab key."""
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    spent = int(env.get("highlighted", 0)) + len(token.content)
    env["highlighted"] = spent
    is_affordable = spent <= MAX_HIGHLIGHTED_PER_TEXT
    body = highlight_code(token.content, language) if is_affordable else escape(token.content)
    return f'<pre class="code" tabindex="0"><code>{body}</code></pre>\n'


def render_heading(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Move headings below the page's own, so that a screen reader's outline stays true."""
    level = min(6, int(tokens[index].tag[1]) + 2)
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>\n"


def build_parser() -> MarkdownIt:
    """Return the one Markdown parser: CommonMark with tables, no HTML, line breaks kept."""
    # Line breaks are kept because a response that is a poem or a list of lines must be judged as written.
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
    md.enable(["table", "strikethrough"])
    md.validateLink = lambda url: LINK.match(url.strip()) is not None  # type: ignore[method-assign]
    mathematics_plugin(md)
    md.add_render_rule("image", render_image)
    md.add_render_rule("fence", render_fence)
    md.add_render_rule("code_block", render_fence)
    md.add_render_rule("heading_open", render_heading)
    md.add_render_rule("heading_close", render_heading)
    md.add_render_rule(
        "table_open", lambda *_: '<div class="table-wrap" tabindex="0"><table class="table">\n'
    )
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return md


PARSER = build_parser()


def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Keep only classes that this package writes."""
    if attribute != "class":
        return value
    known = {"math", "math--inline", "math--display", "blocked", "code", "table", "table-wrap"}
    kept = [name for name in value.split() if name in known or name.startswith("hl-")]
    return " ".join(kept) or None


def sanitize(html: str) -> str:
    """Drop every element, attribute and address that is not on the allow-list."""
    with_class = {tag: {"class"} for tag in ("span", "pre", "div", "table")}
    attributes = {
        tag: ALLOWED_ATTRIBUTES.get(tag, set()) | with_class.get(tag, set()) for tag in ALLOWED_TAGS
    }
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=attributes,
        attribute_filter=filter_attribute,
        url_schemes=ALLOWED_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def render_plain(text: str) -> SafeString:
    """Show a text as it is: escaped, its line breaks kept."""
    return mark_safe(f'<pre class="plain" tabindex="0">{escape(text)}</pre>')  # noqa: S308


def render_markdown(text: str) -> SafeString:
    """Return safe HTML for an untrusted text; texts made to choke the parser are shown as they are."""
    if len(text) > MAX_CHARACTERS or HOSTILE_RUN.search(text):
        return render_plain(text)
    try:
        html = PARSER.render(text, {})
    except (RecursionError, ValueError):
        return render_plain(text)
    return mark_safe(sanitize(html))  # noqa: S308
