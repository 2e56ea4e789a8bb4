"""Small studies and people for tests."""

from __future__ import annotations

import itertools

import numpy as np
from django.contrib.auth import get_user_model
from django.utils import timezone

from annotation.formats.cells import hash_turns
from annotation.jobs.runner import run_job
from annotation.models import (
    Candidate,
    Comparison,
    EnsembleRun,
    Lease,
    Membership,
    Query,
    Response,
    Study,
    Verdict,
)
from annotation.services.ensembles import ensemble_start
from annotation.services.leases import lease_claim
from annotation.services.verdicts import verdict_submit

_numbers = itertools.count(1)


def make_user(username: str | None = None, **fields):
    """Return a saved user whose password is ``password``."""
    username = username or f"person{next(_numbers)}"
    return get_user_model().objects.create_user(username, password="password", **fields)


def add_member(study: Study, user, role: str = Membership.Role.ANNOTATOR):
    """Give ``user`` a role in ``study``; returns the user."""
    Membership.objects.update_or_create(study=study, user=user, defaults={"role": role})
    return user


def add_response(query: Query, candidate: Candidate, *turns: str) -> Response:
    """Add one response; equal turns have equal hashes."""
    return Response.objects.create(
        query=query, candidate=candidate, turns=list(turns), text_hash=hash_turns(turns)
    )


def make_study(
    *,
    n_queries: int = 4,
    n_candidates: int = 3,
    status: str = Study.Status.OPEN,
    lead=None,
    annotators=(),
    strategy: str = "llm_selector",
    **fields,
) -> Study:
    """Return a study with ``n_candidates`` candidates and a baseline, every response there and different."""
    number = next(_numbers)
    fields.setdefault("slug", f"study-{number}")
    fields.setdefault("name", f"Study {number}")
    study = Study.objects.create(status=status, strategy=strategy, data_version=number, **fields)
    names = [*(f"candidate-{j}" for j in range(n_candidates)), "baseline"]
    candidates = [Candidate.objects.create(study=study, name=name) for name in names]
    study.baseline = candidates[-1]
    study.save()
    for i in range(n_queries):
        query = Query.objects.create(study=study, external_id=f"q{i}", turns=[f"Question {i}?"])
        for j, candidate in enumerate(candidates):
            # Lengths and words differ, so that the weak judges have something to tell apart.
            add_response(query, candidate, " ".join(["answer", str(i)] + ["word"] * (j + i % 3)))
    _add_people(study, lead, annotators)
    return study


def _add_people(study: Study, lead, annotators) -> None:
    if lead is not None:
        add_member(study, lead, Membership.Role.LEAD)
    for user in annotators:
        add_member(study, user)


def make_labelled_study(
    *,
    n_queries: int = 12,
    n_candidates: int = 3,
    labels: tuple[str, ...] = ("A", "B", "C"),
    has_gold: bool = True,
    status: str = Study.Status.OPEN,
    lead=None,
    annotators=(),
    strategy: str = "model_selector",
    seed: int = 0,
    **fields,
) -> Study:
    """Return a labelled study: candidate j is right on a share of the queries that grows with j.

    The baseline has the middle accuracy; the imported labels are there unless ``has_gold`` is false.
    """
    number = next(_numbers)
    fields.setdefault("slug", f"study-{number}")
    fields.setdefault("name", f"Study {number}")
    study = Study.objects.create(
        kind=Study.Kind.LABELLED, status=status, strategy=strategy, data_version=number, **fields
    )
    names = [*(f"candidate-{j}" for j in range(n_candidates)), "baseline"]
    candidates = Candidate.objects.bulk_create(Candidate(study=study, name=name) for name in names)
    study.baseline = candidates[-1]
    study.save()
    rng = np.random.default_rng(seed)
    accuracy = [*np.linspace(0.4, 0.9, n_candidates), 0.65]
    gold = rng.integers(len(labels), size=n_queries)
    wrong = (gold[:, None] + rng.integers(1, len(labels), size=(n_queries, len(names)))) % len(labels)
    is_right = rng.random(wrong.shape) < accuracy
    choices = np.where(is_right, gold[:, None], wrong)
    queries = Query.objects.bulk_create(
        Query(
            study=study,
            external_id=f"q{i}",
            turns=[f"Which option fits case {i}?"],
            gold=labels[gold[i]] if has_gold else "",
        )
        for i in range(n_queries)
    )
    Response.objects.bulk_create(
        Response(query=query, candidate=candidate, turns=[label], label=label, text_hash=hash_turns([label]))
        for query, row in zip(queries, choices, strict=True)
        for candidate, label in zip(candidates, (labels[code] for code in row), strict=True)
    )
    _add_people(study, lead, annotators)
    return study


def judge(user, study: Study, *choices: str) -> list[Verdict]:
    """Claim and judge one comparison per choice."""
    verdicts = []
    for choice in choices:
        lease = lease_claim(user=user, slug=study.slug)
        verdicts.append(verdict_submit(user=user, lease_id=lease.pk, choice=choice))
    return verdicts


def record_outcomes(user, study: Study, outcomes: np.ndarray) -> None:
    """Record one verdict per comparison that is not -1; rows are queries, columns candidates, by key."""
    queries = list(study.queries.order_by("pk"))
    candidates = list(study.candidates.exclude(pk=study.baseline_id).order_by("pk"))
    cells = [(int(i), int(j)) for i, j in zip(*np.nonzero(outcomes >= 0), strict=True)]
    comparisons = Comparison.objects.bulk_create(
        Comparison(
            study=study,
            query=queries[i],
            candidate=candidates[j],
            outcome=int(outcomes[i, j]),
            n_verdicts=1,
        )
        for i, j in cells
    )
    Verdict.objects.bulk_create(
        Verdict(
            study=study,
            comparison=comparison,
            annotator=user,
            outcome=comparison.outcome,
            candidate_side="a",
            submitted_at=timezone.now(),
        )
        for comparison in comparisons
    )


def make_ensemble(user, study: Study, **wish) -> EnsembleRun:
    """Have an ensemble built; quick unless more is asked for."""
    row = ensemble_start(user=user, slug=study.slug, **{"size": 2, "n_validations": 1} | wish)
    run_job(row.run_id)
    return EnsembleRun.objects.select_related("run", "study", "author").get(pk=row.pk)


def expire(lease: Lease) -> None:
    """Let the lease's time be over."""
    Lease.objects.filter(pk=lease.pk).update(expires_at=timezone.now())
