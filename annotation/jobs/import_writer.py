"""Records of an import into rows, a thousand per transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from annotation.exceptions import ConflictError
from annotation.formats.cells import hash_turns
from annotation.formats.predictions import NO_ANSWER
from annotation.formats.records import MAX_LABEL_LENGTH, QueryRecord, ResponseRecord
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
        self._completed: list[QueryRecord] = []
        self._new: list[ResponseRecord] = []
        self._changed: list[ResponseRecord] = []

    def add(self, record: QueryRecord | ResponseRecord, *, is_replacing: bool) -> None:
        """Take a record whose query, for a response, was added before it."""
        if isinstance(record, QueryRecord):
            (self._completed if is_replacing else self._new_queries).append(record)
        elif is_replacing:
            self._changed.append(record)
        else:
            self._new.append(record)
        if sum(len(batch) for batch in self._batches) >= BATCH_ROWS:
            self.flush()

    @property
    def _batches(
        self,
    ) -> tuple[list[QueryRecord], list[QueryRecord], list[ResponseRecord], list[ResponseRecord]]:
        return self._new_queries, self._completed, self._new, self._changed

    def flush(self) -> None:
        """Write what was collected, in one transaction.

        Raises
        ------
        ConflictError
            When somebody else added one of the rows since the import began.
        """
        if any(self._batches):
            self._in_transaction(self._write)
            for batch in self._batches:
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
        for record in self._completed:
            found = {"turns": list(record.turns), "gold": record.label, "options": list(record.options)}
            values = {name: value for name, value in found.items() if value}
            Query.objects.filter(pk=self._queries[record.query_id]).update(**values)

    def _write_candidates(self) -> None:
        names = {record.model for record in self._new} - self._candidates.keys()
        rows = [Candidate(study=self._study, name=name) for name in sorted(names)]
        self._candidates.update((row.name, row.pk) for row in Candidate.objects.bulk_create(rows))

    def _query_row(self, record: QueryRecord) -> Query:
        metadata = dict(record.metadata)
        # Who labels must not see the right label; who compares texts may read it as a reference.
        is_shown = self._study.kind == Study.Kind.PAIRWISE and bool(record.label)
        if is_shown and record.reference:
            metadata["reference"] = record.reference
        return Query(
            study=self._study,
            external_id=record.query_id,
            turns=list(record.turns),
            category=record.category,
            reference=record.label if is_shown else record.reference,
            options=list(record.options),
            gold=record.label,
            metadata=metadata,
        )

    def _response_row(self, record: ResponseRecord) -> Response:
        return Response(
            query_id=self._queries[record.query_id],
            candidate_id=self._candidates[record.model],
            turns=list(record.turns),
            label=self._choice(record),
            text_hash=hash_turns(record.turns),
        )

    def _choice(self, record: ResponseRecord) -> str:
        """Return the label that a response chooses; in a labelled study every response has one."""
        if record.label or self._study.kind == Study.Kind.PAIRWISE:
            return record.label
        text = record.turns[0].strip() if record.turns else ""
        return text if 0 < len(text) <= MAX_LABEL_LENGTH else NO_ANSWER
