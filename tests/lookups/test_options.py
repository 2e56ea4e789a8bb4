"""What a person may answer."""

import pytest

from annotation.lookups.options import list_options, option_labels, sort_labels
from annotation.models import Query, Response, Study
from tests.factories import make_labelled_study


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["10", "2", "1"], ["1", "2", "10"]),
        (["a+b", "b", "a", "c", "a+b+c"], ["a", "b", "c", "a+b", "a+b+c"]),
        (["positive", "Neutral", "negative"], ["negative", "Neutral", "positive"]),
        (["-", "B", "A"], ["A", "B"]),
        ([], []),
    ],
)
def test_labels_come_in_the_order_people_expect(labels, expected):
    assert sort_labels(labels) == expected


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("texts", ["yes", "no"]), ("A", ["A", "B"]), ("a", ["a", "b"]), ("1", ["1", "2"]), ("0", ["0", "1"])],
)
def test_options_are_labelled_by_a_scheme(scheme, expected):
    assert option_labels(["yes", "no"], scheme) == expected


def test_more_options_than_letters_are_numbered():
    assert option_labels([str(i) for i in range(27)], "A")[-1] == "27"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (["A", "B"], [("A", "red"), ("B", "green"), ("C", "blue")]),
        (["b", "-"], [("a", "red"), ("b", "green"), ("c", "blue")]),
        (["red", "blue"], [("red", ""), ("green", ""), ("blue", "")]),
        (["3", "1"], [("1", "red"), ("2", "green"), ("3", "blue")]),
        (["0", "2"], [("0", "red"), ("1", "green"), ("2", "blue")]),
    ],
)
def test_candidates_show_how_the_options_of_a_query_are_named(choices, expected):
    study = make_labelled_study(n_queries=2, n_candidates=1, has_gold=False)
    Query.objects.filter(study=study).update(options=["red", "green", "blue"])
    for query in study.queries.all():
        for response, label in zip(query.responses.all(), choices, strict=True):
            Response.objects.filter(pk=response.pk).update(label=label)
    options = list_options(study, study.queries.first())
    assert [(option.label, option.words) for option in options] == expected


@pytest.mark.django_db
def test_without_options_of_their_own_queries_have_those_of_the_study():
    study = make_labelled_study(n_queries=6, labels=("x", "y"))
    Response.objects.filter(query=study.queries.first()).update(label="odd")
    Study.objects.filter(pk=study.pk).update(data_version=5_000_000)
    study.refresh_from_db()
    assert [option.label for option in list_options(study, study.queries.first())] == ["x", "y"]
    study.queries.filter(pk=study.queries.first().pk).update(gold="")
    Study.objects.filter(pk=study.pk).update(data_version=5_000_001)
    study.refresh_from_db()
    assert [option.label for option in list_options(study, study.queries.first())] == ["x", "y", "odd"]
    study.label_words = [["y", "yes"], ["n", "no"]]
    assert [option.words for option in list_options(study, study.queries.first())] == ["yes", "no"]
