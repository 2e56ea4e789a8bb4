"""Addresses of the API, without a slash at the end."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from annotation.api.views import ensembles, judging, results, runs, studies
from annotation.api.views.base import NotFoundView

app_name = "api"

study_patterns = [
    path("open", studies.StudyActionView.as_view(action="open"), name="study-open"),
    path("pause", studies.StudyActionView.as_view(action="pause"), name="study-pause"),
    path("close", studies.StudyActionView.as_view(action="close"), name="study-close"),
    path("members", studies.MembersView.as_view(), name="members"),
    # The characters of Django's user names; a name of other ones is nobody's.
    re_path(r"^members/(?P<username>[\w.@+-]{1,150})$", studies.MemberView.as_view(), name="member"),
    path("candidates", studies.CandidatesView.as_view(), name="candidates"),
    path("candidates/<int:candidate_id>", studies.CandidateView.as_view(), name="candidate"),
    path("queries", studies.QueriesView.as_view(), name="queries"),
    path("leases", judging.LeasesView.as_view(), name="leases"),
    path("progress", judging.ProgressView.as_view(), name="progress"),
    path("undo", judging.UndoView.as_view(), name="undo"),
    path("posterior", results.PosteriorView.as_view(), name="posterior"),
    path("ranking", results.RankingView.as_view(), name="ranking"),
    path("report", results.ReportView.as_view(), name="report"),
    path("verdicts", results.VerdictsView.as_view(), name="verdicts"),
    path("ensembles", ensembles.EnsemblesView.as_view(), name="ensembles"),
    path("ensembles/<int:ensemble_id>", ensembles.EnsembleView.as_view(), name="ensemble"),
    path(
        "ensembles/<int:ensemble_id>/ensemble.json",
        ensembles.EnsembleFileView.as_view(),
        name="ensemble-file",
    ),
    path("imports", runs.ImportsView.as_view(), name="imports"),
    path("exports", runs.ExportsView.as_view(), name="exports"),
    path("runs", runs.StudyRunsView.as_view(), name="study-runs"),
]

lease_patterns = [
    path("show", judging.LeaseShowView.as_view(), name="lease-show"),
    path("verdict", judging.LeaseVerdictView.as_view(), name="lease-verdict"),
    path("skip", judging.LeaseSkipView.as_view(), name="lease-skip"),
]

v1_patterns: list[URLPattern | URLResolver] = [
    path("studies", studies.StudiesView.as_view(), name="studies"),
    path("studies/<slug:slug>", studies.StudyDetailView.as_view(), name="study"),
    path("studies/<slug:slug>/", include(study_patterns)),
    path("leases/<uuid:lease_id>", judging.LeaseView.as_view(), name="lease"),
    path("leases/<uuid:lease_id>/", include(lease_patterns)),
    path("runs/<int:run_id>", runs.RunView.as_view(), name="run"),
    path("files/<int:file_id>", runs.FileView.as_view(), name="file"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("<path:rest>", NotFoundView.as_view(), name="nothing"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1_patterns)),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="api:schema")), name="docs"),
]
