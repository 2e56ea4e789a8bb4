"""Addresses of the server-rendered pages."""

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, include, path

from annotation.web import (
    audit,
    dashboard,
    ensembles,
    exports,
    home,
    imports,
    judging,
    members,
    passwords,
    pool,
    report,
    runs,
    setup,
    tokens,
)

# How a lead sets a study up and runs it.
lead_patterns: list[URLPattern | URLResolver] = [
    path("import/", imports.import_page, name="study-import"),
    path("settings/", setup.settings_page, name="study-settings"),
    path("state/<slug:action>/", setup.state, name="study-state"),
    path("discard/", setup.discard, name="study-discard"),
    path("members/", members.members, name="study-members"),
    path("members/invite/", members.invite, name="study-invite"),
    path("members/change/", members.change, name="study-member"),
    path("pool/", pool.pool, name="study-pool"),
    path("pool/<int:candidate_id>/", pool.candidate, name="study-candidate"),
    path("pool/<int:candidate_id>/activity/", pool.activity, name="study-activity"),
    path("runs/", runs.runs, name="study-runs"),
    path("runs/<int:run_id>/", runs.run_page, name="study-run"),
    path("exports/", exports.exports, name="study-exports"),
    path("audit/", audit.audit, name="study-audit"),
    path("ensembles/", ensembles.ensembles, name="study-ensembles"),
    path("ensembles/compare/", ensembles.compare, name="study-ensemble-compare"),
    path("ensembles/compare.svg", ensembles.compare_chart, name="study-ensemble-compare-chart"),
    path("ensembles/<int:ensemble_id>/", ensembles.ensemble, name="study-ensemble"),
    path("ensembles/<int:ensemble_id>/ensemble.json", ensembles.ensemble_file, name="study-ensemble-file"),
    path(
        "ensembles/<int:ensemble_id>/charts/<slug:name>.svg",
        ensembles.ensemble_chart,
        name="study-ensemble-chart",
    ),
    path("ensembles/<int:ensemble_id>/report/", ensembles.put_in_report, name="study-ensemble-report"),
    path("ensembles/<int:ensemble_id>/delete/", ensembles.delete, name="study-ensemble-delete"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/tokens/", tokens.tokens, name="account-tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke, name="account-token-revoke"),
    path("account/password/", passwords.PasswordView.as_view(), name="account-password"),
    path("studies/new/", imports.new_study, name="study-new"),
    path("studies/<slug:slug>/", include(lead_patterns)),
    path("studies/<slug:slug>/", dashboard.dashboard, name="study-dashboard"),
    path("studies/<slug:slug>/judge/", judging.judge, name="study-judge"),
    path("studies/<slug:slug>/charts/<slug:name>.svg", dashboard.chart, name="study-chart"),
    path("studies/<slug:slug>/ranking/", dashboard.ranking, name="study-ranking"),
    path("studies/<slug:slug>/verdicts/", dashboard.verdicts, name="study-verdicts"),
    path("studies/<slug:slug>/verdicts/<int:verdict_id>/undo/", dashboard.undo, name="study-verdict-undo"),
    path("studies/<slug:slug>/report/", report.report_page, name="study-report"),
    path("studies/<slug:slug>/report.<slug:report_format>", report.report_file, name="study-report-file"),
]
