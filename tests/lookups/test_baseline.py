"""Which candidate is suggested as the baseline, and why."""

import pytest

from annotation.lookups.baseline import suggest_baseline
from annotation.lookups.pool import list_pool
from annotation.models import BackgroundRun
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def suggest(study):
    return suggest_baseline(study, list_pool(study))


def test_what_imported_outcomes_compare_with_comes_first():
    study = make_study(n_candidates=4)
    BackgroundRun.objects.create(
        kind="import_files", study=study, status="done", result={"suggested_baseline": "candidate-0"}
    )
    suggestion = suggest(study)
    assert suggestion.candidate.name == "candidate-0"
    assert "no outcomes" in suggestion.reason


def test_middle_to_top_by_weak_judges():
    study = make_study(n_queries=6, n_candidates=6)
    # Nine words back, only the first of a text's own words is in doubt: the longer the text goes on with
    # its own words, the higher the mean.
    for place, candidate in enumerate(study.candidates.order_by("name")):
        for response in candidate.responses.all():
            own = [f"{candidate.name}x{response.pk}y{i}" for i in range(3 * (place + 1))]
            response.turns = [" ".join(["the", "same", "words", *own])]
            response.save()
    suggestion = suggest(study)
    names = list(study.candidates.order_by("name").values_list("name", flat=True))
    assert suggestion.candidate.name == names[4]  # 0.65 of the way from the lowest, 0, to the highest, 6
    assert "near the middle to top" in suggestion.reason


def test_whoever_lacks_responses_is_not_suggested():
    study = make_study(n_queries=5, n_candidates=6)
    study.queries.first().responses.exclude(candidate__name="candidate-3").delete()
    suggestion = suggest(study)
    assert suggestion.candidate.name == "candidate-3"
    assert "it alone has responses to 5 queries" in suggestion.reason


def test_without_common_queries_responses_decide():
    study = make_study(n_queries=2, n_candidates=1)
    first, second = study.queries.all()
    first.responses.filter(candidate__name="baseline").delete()
    second.responses.filter(candidate__name="candidate-0").delete()
    assert "responses to 1 queries" in suggest(study).reason


def test_fewer_than_two_have_no_baseline():
    assert suggest(make_study(n_candidates=0)) is None
