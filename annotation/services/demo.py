"""The bundled study, for people who want to look before they bring files of their own."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser

from annotation.formats.records import SourceFile
from annotation.jobs.importing import ImportOptions, import_sources
from annotation.models import Membership, Study
from annotation.services.studies import member_add, study_create, study_open

SLUG = "demo"
BASELINE = "harbor-base"
FOLDER = Path(__file__).resolve().parents[1] / "demo_data"
FILES = ("queries.jsonl", "responses.jsonl")
# Printed at every start and meant for a site that only this machine can reach.
PASSWORDS = {"lead": "demo-lead", "annotator": "demo-annotator"}
GUIDELINES = """\
Which answer would you rather send? What the prompt asks for counts: **limits of length, formats and "do \
not" instructions** too. A right answer beats a beautiful one. When both serve equally well, say so.
"""


def demo_create() -> Study:
    """Return the demo study, open for judging; made once, with its two people, and left alone afterwards.

    Every step finds out what an interrupted start has already done.
    """
    people = {name: _make_person(name) for name in PASSWORDS}
    study = Study.objects.filter(slug=SLUG).first() or study_create(
        user=people["lead"],
        name="Demo: the best all-round assistant",
        slug=SLUG,
        guidelines=GUIDELINES,
        budget=120,
    )
    if study.status != Study.Status.DRAFT:
        return study
    import_sources(
        study, [SourceFile(FOLDER / name, name) for name in FILES], ImportOptions(baseline=BASELINE)
    )
    member_add(user=people["lead"], slug=SLUG, username="annotator", role=Membership.Role.ANNOTATOR)
    return study_open(user=people["lead"], slug=SLUG)


def _make_person(username: str) -> AbstractUser:
    """Return the person; a password that they changed is kept."""
    person, is_new = get_user_model().objects.get_or_create(username=username)
    if is_new:
        person.set_password(PASSWORDS[username])
        person.save(update_fields=["password"])
    return person
