"""Code in fences: coloured by classes (the colours are in ``static/css/code.css``), bounded in cost."""

from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

# Lexers people meet in responses. Others stay plain: some of the rare ones take quadratic time.
LANGUAGES = frozenset(
    """
    bash sh shell zsh console c cpp c++ csharp c# cs css diff patch dockerfile docker go golang graphql
    haskell hs html ini java javascript js jsx json julia kotlin kt latex tex lua makefile make matlab nginx
    objective-c perl php powershell ps1 python py python3 pycon r ruby rb rust rs scala scss sql swift toml
    typescript ts tsx xml yaml yml
    """.split()  # noqa: SIM905
)
MAX_HIGHLIGHTED_CHARACTERS = 20_000
FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="hl-")


def highlight_code(code: str, language: str) -> str:
    """Return ``code`` as HTML with classes; unknown languages and long blocks are only escaped."""
    if language.lower() not in LANGUAGES or len(code) > MAX_HIGHLIGHTED_CHARACTERS:
        return escape(code)
    lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    return str(highlight(code, lexer, FORMATTER))
