"""Keeps LaTeX away from Markdown: ``$…$``, ``$$…$$``, ``\\(…\\)`` and ``\\[…\\]`` become elements.

The elements hold the source with its delimiters, so that a browser without KaTeX shows what was written.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Longer formulas do not occur; the bounds keep unclosed delimiters from costing quadratic time.
MAX_INLINE_CHARACTERS = 1_000
MAX_DISPLAY_CHARACTERS = 5_000
MAX_DISPLAY_LINES = 120

# A closing dollar stands behind a non-space, and no letter or digit follows: "$HOME/$USER", "$5-$10".
CLOSING_DOLLAR = re.compile(r"(?<![\s\\])\$(?![\w$])")
# Money reads as prose: an amount, then words, and none of the signs that mathematics has.
MONEY = re.compile(r"\d[\d.,]*\s*[kKmMbB]?\b(?!.*[\\^_=])(?=.*(?:[A-Za-z]{2,}|[,;:]\s))", re.DOTALL)
DISPLAY_CLOSERS = {"$$": "$$", "\\[": "\\]"}


def is_money(content: str) -> bool:
    """Tell "$5, she paid 6$" from a formula."""
    return MONEY.match(content) is not None


def add_token(state: StateInline, kind: str, content: str) -> None:
    """Append one formula to the inline tokens."""
    token = state.push(kind, "", 0)
    token.content = content


def parse_delimited(state: StateInline, closer: str, limit: int, kind: str, silent: bool) -> bool:
    """Consume text up to ``closer``, two characters long like its opener."""
    start = state.pos
    end = state.src.find(closer, start + 2, min(start + limit, state.posMax))
    if end < 0 or not state.src[start + 2 : end].strip():
        return False
    if not silent:
        add_token(state, kind, state.src[start : end + 2])
    state.pos = end + 2
    return True


def parse_backslash(state: StateInline, silent: bool) -> bool:
    """Inline rule for ``\\(…\\)`` and ``\\[…\\]``."""
    opener = state.src[state.pos : state.pos + 2]
    if opener == "\\(":
        return parse_delimited(state, "\\)", MAX_INLINE_CHARACTERS, "math_inline", silent)
    if opener == "\\[":
        return parse_delimited(state, "\\]", MAX_DISPLAY_CHARACTERS, "math_display", silent)
    return False


def parse_dollar(state: StateInline, silent: bool) -> bool:
    """Inline rule for ``$…$`` and ``$$…$$``; amounts of money stay text."""
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    if source.startswith("$$", start):
        return parse_delimited(state, "$$", MAX_DISPLAY_CHARACTERS, "math_display", silent)
    is_attached = start > 0 and (source[start - 1].isalnum() or source[start - 1] == "$")
    if is_attached or not source[start + 1 : start + 2].strip():
        return False
    closing = CLOSING_DOLLAR.search(source, start + 2, min(start + MAX_INLINE_CHARACTERS, state.posMax))
    if closing is None or is_money(source[start + 1 : closing.start()]):
        return False
    if not silent:
        add_token(state, "math_inline", source[start : closing.end()])
    state.pos = closing.end()
    return True


def parse_display_block(state: StateBlock, first_line: int, end_line: int, silent: bool) -> bool:
    """Block rule: a display formula over several lines, whatever Markdown its lines look like."""
    start = state.bMarks[first_line] + state.tShift[first_line]
    opener = state.src[start : start + 2]
    closer = DISPLAY_CLOSERS.get(opener)
    if closer is None or state.is_code_block(first_line):
        return False
    for line in range(first_line, min(end_line, first_line + MAX_DISPLAY_LINES)):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        body = text[2:] if line == first_line else text
        if state.sCount[line] < state.blkIndent or (line > first_line and not text.strip()):
            return False
        if opener == "\\[" and "\\[" in body:
            return False
        if closer in body:
            return body.rstrip(" .,;").endswith(closer) and add_block(state, first_line, line, silent)
    return False


def add_block(state: StateBlock, first_line: int, last_line: int, silent: bool) -> bool:
    """Append the formula on these lines and move behind it, unless nothing is between its delimiters."""
    content = state.getLines(first_line, last_line + 1, state.blkIndent, False).strip()
    if not content.strip("$\\[] .,;\n"):
        return False
    if not silent:
        token = state.push("math_display", "", 0)
        token.content = content
        token.map = [first_line, last_line + 1]
        token.block = True
        state.line = last_line + 1
    return True


def render_inline(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Write a formula that stands in a line of text."""
    return f'<span class="math math--inline">{escapeHtml(tokens[index].content)}</span>'


def render_display(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Write a formula that stands alone; a span, because it may also occur inside a paragraph."""
    return f'<span class="math math--display">{escapeHtml(tokens[index].content)}</span>'


def mathematics_plugin(md: MarkdownIt) -> None:
    """Teach a Markdown parser to leave mathematics alone."""
    md.inline.ruler.before("escape", "math_backslash", parse_backslash)
    md.inline.ruler.before("escape", "math_dollar", parse_dollar)
    md.block.ruler.before(
        "fence", "math_block", parse_display_block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.add_render_rule("math_inline", render_inline)
    md.add_render_rule("math_display", render_display)
