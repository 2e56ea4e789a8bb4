"""Candidates by the names that people use."""

from annotation.exceptions import InvalidValueError
from annotation.models import Candidate, Study

# More names than this help nobody in a message.
N_NAMES = 20


def find_candidate(*, study: Study, name: str, field: str = "candidate") -> Candidate:
    """Return the study's candidate of this name; ``field`` is what messages call the value.

    Raises
    ------
    InvalidValueError
        When there is none; the message lists those that exist.
    """
    candidate = study.candidates.filter(name=name).first()
    if candidate is None:
        names = ", ".join(study.candidates.values_list("name", flat=True)[:N_NAMES]) or "none yet"
        raise InvalidValueError(f"{field}: no candidate is called {name!r}; there are {names}")
    return candidate
