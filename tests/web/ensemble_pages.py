"""What the tests of the ensemble builder's pages share."""

import json
import re

from django.urls import reverse

from annotation.models import BackgroundRun, EnsembleRun
from tests.factories import make_ensemble

BUILT = {}


def built(user, study, **wish):
    """Return a finished run; the same wish in the same kind of study is built only once in this module."""
    key = json.dumps([study.kind, wish], sort_keys=True)
    if key not in BUILT:
        row = make_ensemble(user, study, **wish)
        BUILT[key] = {name: getattr(row, name) for name in ("settings", "result", "ensemble", "n_labels")}
        return row
    run = BackgroundRun.objects.create(kind="build_ensemble", study=study, status="done", progress=1.0)
    return EnsembleRun.objects.create(study=study, run=run, author=user, **BUILT[key])


def address(study, name="study-ensembles", *more):
    return reverse(name, args=[study.slug, *more])


def text_of(answer):
    """Return the page's words, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def with_status(study, user, status, **fields):
    """Return a run in some state, its work not done."""
    settings = built(user, study).settings
    EnsembleRun.objects.all().delete()
    run = BackgroundRun.objects.create(kind="build_ensemble", study=study, status=status, **fields)
    return EnsembleRun.objects.create(study=study, run=run, author=user, settings=settings)
