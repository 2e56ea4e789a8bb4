"""Records of an import into rows, a thousand per transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from annotation.exceptions import ConflictError
from annotation.formats.cells import hash_turns
from annotation.formats.records import QueryRecord, ResponseRecord
from annotation.models import Candidate, Query, Response, Study

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH_ROWS = 1000


class StudyWriter:
    """Collects records and writes them in batches; each batch counts as one change of the study's data."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._candidates = dict(study.candidates.values_list("name", "pk"))
        self._queries = dict(study.queries.values_list("external_id", "pk"))
        self._new_queries: list[QueryRecord] = []
        self._new: list[ResponseRecord] = []
        self._changed: list[ResponseRecord] = []

    def add(self, record: QueryRecord | ResponseRecord, *, is_replacing: bool) -> None:
        """Take a record whose query, for a response, was added before it."""
        if isinstance(record, QueryRecord):
            self._new_queries.append(record)
        elif is_replacing:
            self._changed.append(record)
        else:
            self._new.append(record)
        if len(self._new_queries) + len(self._new) + len(self._changed) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what was collected, in one transaction.

        Raises
        ------
        ConflictError
            When somebody else added one of the rows since the import began.
        """
        if self._new_queries or self._new or self._changed:
            self._in_transaction(self._write)
            for batch in (self._new_queries, self._new, self._changed):
                batch.clear()

    def set_baseline(self, name: str) -> None:
        """Make a candidate the baseline of a study that has none."""

        def write() -> None:
            baseline_id = self._candidates[name]
            Study.objects.filter(pk=self._study.pk, baseline=None).update(baseline_id=baseline_id)

        self._in_transaction(write)

    def _in_transaction(self, write: Callable[[], None]) -> None:
        try:
            with transaction.atomic():
                # First, because it locks the study's row: leases and settings see all of a batch or nothing.
                Study.objects.filter(pk=self._study.pk).update(data_version=F("data_version") + 1)
                write()
        except IntegrityError as error:
            message = "Another import wrote into the study at the same time: import the files once more."
            raise ConflictError(message) from error

    def _write(self) -> None:
        self._write_queries()
        self._write_candidates()
        Response.objects.bulk_create([self._response_row(record) for record in self._new])
        for record in self._changed:
            row = self._response_row(record)
            Response.objects.filter(query_id=row.query_id, candidate_id=row.candidate_id).update(
                turns=row.turns, label=row.label, text_hash=row.text_hash
            )

    def _write_queries(self) -> None:
        rows = Query.objects.bulk_create([self._query_row(record) for record in self._new_queries])
        self._queries.update((row.external_id, row.pk) for row in rows)

    def _write_candidates(self) -> None:
        names = {record.model for record in self._new} - self._candidates.keys()
        rows = [Candidate(study=self._study, name=name) for name in sorted(names)]
        self._candidates.update((row.name, row.pk) for row in Candidate.objects.bulk_create(rows))

    def _query_row(self, record: QueryRecord) -> Query:
        metadata = dict(record.metadata)
        if record.label and record.reference:
            metadata["reference"] = record.reference
        return Query(
            study=self._study,
            external_id=record.query_id,
            turns=list(record.turns),
            category=record.category,
            reference=record.label or record.reference,
            options=list(record.options),
            metadata=metadata,
        )

    def _response_row(self, record: ResponseRecord) -> Response:
        return Response(
            query_id=self._queries[record.query_id],
            candidate_id=self._candidates[record.model],
            turns=list(record.turns),
            label=record.label,
            text_hash=hash_turns(record.turns),
        )
