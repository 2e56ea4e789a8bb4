"""Addresses of the server-rendered pages."""

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, path

from annotation.web import dashboard, home, imports, judging, members, pool, report, setup, tokens

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/tokens/", tokens.tokens, name="account-tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke, name="account-token-revoke"),
    path("studies/new/", imports.new_study, name="study-new"),
    path("studies/<slug:slug>/", dashboard.dashboard, name="study-dashboard"),
    path("studies/<slug:slug>/judge/", judging.judge, name="study-judge"),
    path("studies/<slug:slug>/import/", imports.import_page, name="study-import"),
    path("studies/<slug:slug>/runs/<int:run_id>/", imports.run_page, name="study-run"),
    path("studies/<slug:slug>/settings/", setup.settings_page, name="study-settings"),
    path("studies/<slug:slug>/state/<slug:action>/", setup.state, name="study-state"),
    path("studies/<slug:slug>/members/", members.members, name="study-members"),
    path("studies/<slug:slug>/pool/", pool.pool, name="study-pool"),
    path("studies/<slug:slug>/exports/", pool.exports, name="study-exports"),
    path("studies/<slug:slug>/charts/<slug:name>.svg", dashboard.chart, name="study-chart"),
    path("studies/<slug:slug>/ranking/", dashboard.ranking, name="study-ranking"),
    path("studies/<slug:slug>/verdicts/", dashboard.verdicts, name="study-verdicts"),
    path("studies/<slug:slug>/verdicts/<int:verdict_id>/undo/", dashboard.undo, name="study-verdict-undo"),
    path("studies/<slug:slug>/report/", report.report_page, name="study-report"),
    path("studies/<slug:slug>/report.<slug:report_format>", report.report_file, name="study-report-file"),
]
