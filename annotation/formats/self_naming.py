"""Whether a response says who wrote it, which ends blind judging."""

import re

_MIN_FAMILY_LETTERS = 4
# Family names that are ordinary words: only the whole name gives such a candidate away.
_ORDINARY_WORDS = frozenset(
    {"text", "model", "chat", "command", "open", "instruct", "base", "large", "small", "medium", "mini"}
    | {"turbo", "assistant", "candidate", "baseline"}
)
_INTRODUCTION = r"\b(?:i\s*am|i['’]m|my\s+name\s+is|as|this\s+is|called|named)\b[^.!?\n]{0,30}"


class SelfNaming:
    """Looks for one candidate's name in its responses.

    The whole name counts anywhere, its separators loosely read (``gpt-4`` finds "GPT 4"). Its family, the
    letters it begins with, counts only in an introduction ("I am Vicuna, ..."): a response may well speak
    of alpacas.

    Parameters
    ----------
    name
        The candidate's name.
    """

    def __init__(self, name: str) -> None:
        parts = [part for part in re.split(r"[\s\-_./:]+", name) if part]
        whole = r"[\s\-_./:]*".join(re.escape(part) for part in parts)
        patterns = [rf"\b{whole}\b"] if sum(map(len, parts)) >= _MIN_FAMILY_LETTERS else []
        match = re.match(r"[^\W\d_]+", name)
        family = match.group().lower() if match else ""
        if len(family) >= _MIN_FAMILY_LETTERS and family not in _ORDINARY_WORDS:
            patterns.append(_INTRODUCTION + rf"\b{re.escape(family)}")
        # A plain search for the first letters skips the expressions for nearly all texts.
        self._start = (family or "".join(parts[:1])).lower()
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def is_in(self, turns: tuple[str, ...]) -> bool:
        """Tell whether any turn names the candidate.

        Parameters
        ----------
        turns
            The response, one text per turn.

        Returns
        -------
        bool
            True where the name was found.
        """
        pattern = self._pattern
        return pattern is not None and any(
            self._start in turn.lower() and pattern.search(turn) is not None for turn in turns
        )
