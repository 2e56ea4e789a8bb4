"""The report: as a page, and as files to keep or forward."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.jobs.report import FORMATS, build_report, report_context
from annotation.lookups.overview import get_overview
from annotation.web.dashboard import reader_context

# The file's one style element is allowed by its digest and nothing else is allowed at all.
FILE_POLICY = "default-src 'none'; style-src {style}; img-src data:; frame-ancestors 'none'; base-uri 'none'"


@login_required
@require_GET
def report_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the report within the site, with links to its files."""
    context = reader_context(request, slug)
    context |= report_context(get_overview(context["study"]))
    context["formats"] = list(FORMATS)
    return render(request, "annotation/report.html", context)


@login_required
@require_GET
def report_file(request: HttpRequest, slug: str, report_format: str) -> HttpResponse:
    """Send the report as one file; ``?show`` opens it instead of saving it."""
    study = reader_context(request, slug)["study"]
    report = build_report(study, report_format)
    response = HttpResponse(report.text, content_type=report.content_type)
    if "show" not in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{report.name}"'
    if report.style_hash:
        response["Content-Security-Policy"] = FILE_POLICY.format(style=report.style_hash)
    return response
