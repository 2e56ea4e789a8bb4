"""The OpenAPI schema is complete, and its page obeys the strict policy."""

import re

from django.core.management import call_command

DOCS = "/api/docs/"


def test_schema_is_valid_and_without_warnings(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_schema_names_tokens_and_errors(lead) -> None:
    schema = lead.get("/api/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    operations = [
        operation
        for path in schema["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "patch", "delete")
    ]
    assert len(operations) > 25
    assert all("4XX" in operation["responses"] for operation in operations)
    reasons = schema["paths"]["/api/v1/studies/{slug}/leases"]["post"]["responses"]["204"]["headers"]
    assert "X-No-Comparison-Reason" in reasons


def test_docs_have_nothing_inline(lead) -> None:
    response = lead.get(DOCS)
    assert response.status_code == 200
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_docs_script_comes_by_itself(lead) -> None:
    page = lead.get(DOCS).content.decode()
    script = re.findall(r'<script src="([^"]+)"', page)[-1].replace("&amp;", "&")
    response = lead.get(script)
    assert response["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema" in response.content.decode()


def test_strangers_log_in_first(anonymous) -> None:
    response = anonymous.get(DOCS)
    assert response.status_code == 302
    assert anonymous.get("/api/v1/schema").status_code == 401
