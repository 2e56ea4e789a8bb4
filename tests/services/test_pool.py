"""Changing candidates of a running study."""

import pytest

from annotation.exceptions import InvalidValueError, NotFoundError, PermissionDeniedError
from annotation.lookups.arrays import pool_arrays
from annotation.services.leases import lease_claim
from annotation.services.pool import candidate_update
from tests.factories import judge


@pytest.fixture
def candidate(study):
    return study.candidates.get(name="candidate-0")


def test_candidate_that_left_is_not_asked_about(study, lead_user, annotator_user, candidate) -> None:
    pool_arrays(study)
    candidate_update(user=lead_user, slug=study.slug, candidate_id=candidate.pk, is_active=False)
    study.refresh_from_db()
    assert candidate.pk not in pool_arrays(study).candidate_ids
    judge(annotator_user, study, *"aaaaaaa")
    assert lease_claim(user=annotator_user, slug=study.slug).comparison.candidate_id != candidate.pk
    assert not study.comparisons.filter(candidate=candidate).exists()


def test_its_verdicts_stay(study, lead_user, annotator_user) -> None:
    [verdict] = judge(annotator_user, study, "a")
    candidate_id = verdict.comparison.candidate_id
    candidate_update(user=lead_user, slug=study.slug, candidate_id=candidate_id, is_active=False)
    verdict.refresh_from_db()
    assert verdict.superseded_by is None


def test_unknown_field_and_value_are_named(study, lead_user, candidate) -> None:
    where = {"user": lead_user, "slug": study.slug, "candidate_id": candidate.pk}
    with pytest.raises(InvalidValueError, match="family, price, is_active"):
        candidate_update(**where, name="other")
    with pytest.raises(InvalidValueError, match="price"):
        candidate_update(**where, price=-1)
    with pytest.raises(NotFoundError):
        candidate_update(**where | {"candidate_id": 0}, family="x")


def test_annotators_may_not(study, annotator_user, candidate) -> None:
    with pytest.raises(PermissionDeniedError):
        candidate_update(user=annotator_user, slug=study.slug, candidate_id=candidate.pk, family="x")
