"""The table of choices and labels."""

import numpy as np
import pytest
from django.utils import timezone

from annotation.lookups.labels import consensus_label, label_table
from annotation.models import Comparison, Query, Response, Side, Verdict
from tests.factories import make_labelled_study, make_user

pytestmark = pytest.mark.django_db


def give_label(study, query, label, user=None):
    """Store a standing verdict without the services."""
    comparison, _ = Comparison.objects.get_or_create(study=study, query=query, candidate=study.baseline)
    return Verdict.objects.create(
        study=study,
        comparison=comparison,
        annotator=user or make_user(),
        outcome=1,
        label=label,
        candidate_side=Side.A,
        submitted_at=timezone.now(),
    )


def test_table_holds_what_the_rows_say():
    study = make_labelled_study(n_queries=7, n_candidates=2)
    table = label_table(study)
    assert table.candidates == ("candidate-0", "candidate-1", "baseline")
    assert table.has_baseline
    for row, query in enumerate(study.queries.order_by("pk")):
        assert table.query_ids[row] == query.pk
        assert table.classes[table.gold[row]] == query.gold
        for column, key in enumerate(table.candidate_ids):
            response = Response.objects.get(query=query, candidate_id=key)
            assert table.classes[table.choices[row, column]] == response.label
            assert table.is_right[row, column] == (response.label == query.gold)


def test_missing_responses_and_responses_without_a_choice_differ():
    study = make_labelled_study(n_queries=3, n_candidates=1)
    first, second, _ = study.queries.order_by("pk")
    Response.objects.filter(query=first, candidate__name="candidate-0").delete()
    Response.objects.filter(query=second, candidate__name="candidate-0").update(label="-")
    table = label_table(study)
    assert table.choices[0, 0] == -1
    assert table.classes[table.choices[1, 0]] == "-"
    assert "-" not in table.labels
    assert not table.is_right[:2, 0].any()


def test_hidden_gold_counts_only_once_people_label():
    study = make_labelled_study(n_queries=4, is_gold_counted=False)
    assert label_table(study).n_known == 0
    assert (label_table(study).imported >= 0).all()
    query = study.queries.order_by("pk")[2]
    give_label(study, query, "unheard of")
    table = label_table(study)
    np.testing.assert_array_equal(table.is_known, [False, False, True, False])
    assert table.classes[table.gold[2]] == "unheard of"


def test_imported_labels_that_count_come_before_given_ones():
    study = make_labelled_study(n_queries=2)
    query = study.queries.order_by("pk")[0]
    give_label(study, query, next(name for name in "ABC" if name != query.gold))
    table = label_table(study)
    assert table.classes[table.gold[0]] == query.gold


def test_people_who_disagree_evenly_leave_a_query_open():
    study = make_labelled_study(n_queries=2, has_gold=False)
    query = Query.objects.filter(study=study).order_by("pk")[1]
    give_label(study, query, "A")
    give_label(study, query, "B")
    table = label_table(study)
    assert table.n_known == 0
    np.testing.assert_array_equal(table.is_tied, [False, True])
    give_label(study, query, "B")
    assert label_table(study).classes[label_table(study).gold[1]] == "B"


def test_without_a_baseline_all_are_candidates():
    study = make_labelled_study(n_candidates=2)
    study.baseline = None
    study.save()
    assert not label_table(study).has_baseline
    assert len(label_table(study).candidates) == 3


@pytest.mark.parametrize(
    ("labels", "expected"),
    [([], ""), (["A"], "A"), (["A", "B"], ""), (["A", "B", "B"], "B"), (["A", "A", "B", "B", "C"], "")],
)
def test_consensus_is_the_label_given_most_often(labels, expected):
    assert consensus_label(labels) == expected
