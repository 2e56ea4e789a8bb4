"""Hand-made data of both kinds."""

import json

import numpy as np
import pytest

from annotation.formats.predictions import PredictionTable

PAIRWISE = """query_id,model,outcome,n_votes,judge
q1,ant,win,1,alice
q1,bee,loss,1,alice
q2,ant,draw,1,alice
q3,bee,win,1,alice
q1,ant,loss,1,bob
"""


@pytest.fixture
def predictions():
    """Accuracies a 3/4, b 2/4, c 1/4, d 2/3: the upper one of the middle two, d, is the baseline."""
    choices = [[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, -1]]
    return PredictionTable(
        query_ids=("q1", "q2", "q3", "q4"),
        models=("a", "b", "c", "d"),
        classes=("x", "y"),
        labels=np.array([0, 1, 1, 1], dtype=np.int16),
        predictions=np.array(choices, dtype=np.int16),
        categories=("", "", "", ""),
    )


@pytest.fixture
def pairwise_folder(tmp_path):
    """Two judges, three queries with outcomes and one without, two candidates, baseline ``cat``."""
    folder = tmp_path / "hand"
    folder.mkdir()
    (folder / "outcomes.csv").write_text(PAIRWISE)
    queries = [{"query_id": f"q{i}", "prompt": f"Question {i}?", "category": "odd"} for i in (2, 1, 3, 4)]
    (folder / "queries.jsonl").write_text("".join(json.dumps(q) + "\n" for q in queries))
    responses = [
        {"query_id": f"q{i}", "model": model, "response": f"{model} says {i} and {i}."}
        for i in (1, 2, 3, 4)
        for model in ("ant", "bee", "cat")
        if (i, model) != (2, "bee")
    ]
    (folder / "responses.jsonl").write_text("".join(json.dumps(r) + "\n" for r in responses))
    return folder
