"""Files to import, the import itself, and what came of it."""

import json

from annotation.jobs.importing import ImportOptions, import_sources
from annotation.models import Response


def long_rows(n_queries=3, models=("m1", "m2", "base")):
    return [
        {"query_id": f"q{i}", "prompt": f"Question {i}?", "model": model, "response": f"{model} says {i}"}
        for i in range(n_queries)
        for model in models
    ]


def outputs(model, instructions):
    return json.dumps(
        [{"instruction": i, "output": f"{model}: {i}", "generator": model} for i in instructions]
    )


def table(study):
    rows = Response.objects.filter(query__study=study)
    return {
        (query, candidate): turns
        for query, candidate, turns in rows.values_list("query__external_id", "candidate__name", "turns")
    }


def run(study, *files, **options):
    return import_sources(study, files, ImportOptions(**options))
