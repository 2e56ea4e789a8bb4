"""What an import must know of a study, read without its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from annotation.formats.merging import Merger
from annotation.models import Comparison, Lease, Response

if TYPE_CHECKING:
    from annotation.models import Study

CHUNK_ROWS = 2000


def fill_merger(study: Study | None, *, is_replacing: bool) -> Merger:
    """Return a merger that knows the study's queries and the digests of its responses.

    One that may replace responses also knows those that people have judged or are looking at, the
    baseline's on the same query among them.
    """
    merger = Merger(is_replacing=is_replacing)
    if study is None:
        return merger
    queries = study.queries.values_list("external_id", "turns", "gold")
    for query_id, turns, label in queries.iterator(CHUNK_ROWS):
        merger.know_query(query_id, turns, label)
    responses = Response.objects.filter(query__study=study).order_by()
    columns = ("query__external_id", "candidate__name", "text_hash")
    for query_id, candidate, digest in responses.values_list(*columns).iterator(CHUNK_ROWS):
        merger.know_response(query_id, candidate, digest)
    # A label is the query's own: it holds whatever the candidates chose.
    if is_replacing and study.kind == study.Kind.PAIRWISE:
        _know_judged(study, merger)
    return merger


def _know_judged(study: Study, merger: Merger) -> None:
    is_held = Exists(Lease.objects.filter(comparison=OuterRef("pk"), is_active=True))
    judged = Comparison.objects.filter(Q(n_verdicts__gt=0) | is_held, study=study)
    baseline = study.baseline.name if study.baseline else ""
    for query_id, candidate in judged.values_list("query__external_id", "candidate__name"):
        merger.know_verdict(query_id, candidate)
        merger.know_verdict(query_id, baseline)
