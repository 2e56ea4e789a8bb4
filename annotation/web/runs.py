"""Background work as its lead sees it: how far it is, how it ended, what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotation.exceptions import NotFoundError
from annotation.lookups.access import access_run
from annotation.models import BackgroundRun, Study
from annotation.web.lead import UNFINISHED, lead_context

N_RUNS = 50
N_MISSING = 20

# The merge report's counts in the order a lead reads them. The first group is always shown.
READ = (
    ("queries_read", "queries read"),
    ("queries_new", "of them new"),
    ("n_labels", "queries with a right label"),
    ("rows_read", "responses read"),
    ("responses_new", "of them new"),
    ("responses_unchanged", "of them known already"),
)
# Left out where there are none, which is so in pairwise studies.
OPTIONAL = {"n_labels"}
# In a labelled study equal labels are what is expected, and what is asked goes by query.
PAIRWISE_ONLY = {"identical_to_baseline"}
NOTABLE = (
    ("responses_replaced", "responses replaced", "Their text changed."),
    ("bad_rows", "bad rows", "Not imported: they cannot be read as a response."),
    (
        "unknown_query",
        "responses to unknown queries",
        "Not imported: no file and no earlier import has the query.",
    ),
    (
        "without_text",
        "queries without a text",
        "People who label see only the identifier: import a file with the texts, or labels that count.",
    ),
    (
        "queries_completed",
        "queries completed",
        "They got a text or a right label that they lacked, or another label.",
    ),
    ("duplicated", "duplicated rows", "Not imported: the same candidate and query came before."),
    ("conflicts", "conflicts", "Not imported: the study has another text for the same candidate and query."),
    ("empty", "empty responses", "Imported as they are; they usually lose."),
    ("identical_to_baseline", "identical to the baseline", "These count as draws and nobody is asked."),
    ("names_itself", "responses that name their candidate", "Annotators may recognise it."),
    ("missing", "missing responses", "These comparisons are not asked for."),
)


@dataclass(frozen=True)
class Count:
    """One line of the merge report."""

    n: int
    words: str
    note: str = ""

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return f"{self.n:,}"


@login_required
@never_cache
@require_GET
def run_page(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Show one run; htmx polls the part that changes until the run has ended."""
    context = lead_context(request, slug)
    run = access_run(user=request.user, run_id=run_id)
    if run.study_id != context["study"].pk:
        raise NotFoundError("There is no such background run.")
    context |= {
        "run": run,
        "is_over": run.status not in UNFINISHED,
        "is_import": run.kind == BackgroundRun.Kind.IMPORT_FILES,
        "is_first_import": run.kind == BackgroundRun.Kind.IMPORT_FILES
        and context["study"].status == Study.Status.DRAFT,
        "files": list(run.files.all()),
        **merge_report(run),
    }
    is_poll = bool(getattr(request, "htmx", False))
    answer = render(request, "annotation/_run.html" if is_poll else "annotation/run.html", context)
    if is_poll and context["is_over"] and context["is_import"]:
        # The files decide what a new study is called in its tabs (labels or verdicts): the whole page is old.
        answer["HX-Refresh"] = "true"
    return answer


def merge_report(run: BackgroundRun) -> dict[str, Any]:
    """Return the merge report of an import as the template shows it; nothing for other runs."""
    report = run.result
    if run.kind != BackgroundRun.Kind.IMPORT_FILES or "rows_read" not in report:
        return {}
    is_labelled = run.study is not None and run.study.kind == Study.Kind.LABELLED
    missing = sorted(report["missing_by_candidate"].items(), key=lambda item: (-item[1], item[0]))
    return {
        "report": report,
        "counts": [
            Count(report[key], words)
            for key, words in READ
            if key in report and (report[key] or key not in OPTIONAL)
        ],
        "notable": [
            Count(report[key], words, note)
            for key, words, note in NOTABLE
            if report.get(key) and not (is_labelled and key in PAIRWISE_ONLY)
        ],
        "missing": missing[:N_MISSING],
        "n_missing_more": max(0, len(missing) - N_MISSING),
        "n_problems_more": max(0, report["n_refused"] - len(report["problems"])),
    }


@login_required
@never_cache
@require_GET
def runs(request: HttpRequest, slug: str) -> HttpResponse:
    """List the study's background work, newest first."""
    context = lead_context(request, slug)
    rows = context["study"].background_runs.select_related("created_by").defer("log", "result", "params")
    context["runs"] = rows[:N_RUNS]
    return render(request, "annotation/runs.html", context)
