"""The labels that a lead names for a labelled study."""

from __future__ import annotations

from annotation.exceptions import InvalidValueError
from annotation.formats.predictions import NO_ANSWER
from annotation.formats.records import MAX_LABEL_LENGTH

LONGEST_WORDS = 300
MOST_LABELS = 1000


def check_label_words(pairs: object) -> None:
    """Refuse what is no list of [label, words] pairs with different labels; an empty one is fine.

    Raises
    ------
    InvalidValueError
        The message names the label.
    """
    if not isinstance(pairs, list) or len(pairs) > MOST_LABELS:
        raise InvalidValueError(f"label_words: must be a list of at most {MOST_LABELS} [label, words] pairs")
    if len(pairs) == 1:
        raise InvalidValueError("label_words: one label leaves nothing to choose; name two or more, or none")
    seen: set[str] = set()
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise InvalidValueError(f"label_words: {pair!r} is no [label, words] pair of texts")
        label, words = pair
        if not 0 < len(label) <= MAX_LABEL_LENGTH or label == NO_ANSWER or label != label.strip():
            raise InvalidValueError(
                f"label_words: {label[:40]!r} is no label; one has 1 to {MAX_LABEL_LENGTH} characters, no "
                f"blanks around it, and is not {NO_ANSWER!r}"
            )
        if len(words) > LONGEST_WORDS:
            raise InvalidValueError(f"label_words: the words of {label!r} are longer than {LONGEST_WORDS}")
        if label in seen:
            raise InvalidValueError(f"label_words: {label!r} is there twice")
        seen.add(label)
