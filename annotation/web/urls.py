"""Addresses of the server-rendered pages."""

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, path

from annotation.web import dashboard, home, judging, report, tokens

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/tokens/", tokens.tokens, name="account-tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke, name="account-token-revoke"),
    path("studies/<slug:slug>/", dashboard.dashboard, name="study-dashboard"),
    path("studies/<slug:slug>/judge/", judging.judge, name="study-judge"),
    path("studies/<slug:slug>/charts/<slug:name>.svg", dashboard.chart, name="study-chart"),
    path("studies/<slug:slug>/ranking/", dashboard.ranking, name="study-ranking"),
    path("studies/<slug:slug>/verdicts/", dashboard.verdicts, name="study-verdicts"),
    path("studies/<slug:slug>/verdicts/<int:verdict_id>/undo/", dashboard.undo, name="study-verdict-undo"),
    path("studies/<slug:slug>/report/", report.report_page, name="study-report"),
    path("studies/<slug:slug>/report.<slug:report_format>", report.report_file, name="study-report-file"),
]
