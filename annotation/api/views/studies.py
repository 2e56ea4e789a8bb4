"""Studies, their members, candidates and queries."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.studies import (
    CandidateChangesIn,
    CandidateOut,
    MemberIn,
    MemberOut,
    QueryOut,
    StudyChangesIn,
    StudyIn,
    StudyListOut,
    StudyOut,
)
from annotation.api.views.base import StudyList, StudyView
from annotation.lookups.access import check_role, list_studies
from annotation.lookups.pool import find_candidate
from annotation.models import Candidate, Membership, Query, Study
from annotation.services.pool import candidate_update
from annotation.services.studies import (
    member_add,
    member_remove,
    study_close,
    study_create,
    study_open,
    study_pause,
    study_update,
)

ACTIONS = {"open": study_open, "pause": study_pause, "close": study_close}


def study_out(study: Study, role: str) -> dict[str, Any]:
    """Return a study as a person with this role sees it."""
    return dict(StudyOut(study, context={"role": role}).data)


class StudiesView(ListAPIView[Study]):
    """Your studies."""

    serializer_class = StudyListOut
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        """Return the studies that the person is a member of."""
        return list_studies(user=self.request.user)

    @extend_schema(request=StudyIn, responses={201: StudyOut})
    def post(self, request: Request) -> Response:
        """Create a draft that you lead."""
        study = study_create(user=request.user, **StudyIn.read(request))
        return Response(study_out(study, Membership.Role.LEAD), status=201)


class StudyDetailView(StudyView):
    """One study."""

    @extend_schema(responses=StudyOut)
    def get(self, request: Request, slug: str) -> Response:
        """Show a study; what names candidates is left out for annotators."""
        study = self.study("member")
        role = check_role(user=request.user, study_id=study.pk, need="member")
        return Response(study_out(study, role))

    @extend_schema(request=StudyChangesIn, responses=StudyOut)
    def patch(self, request: Request, slug: str) -> Response:
        """Change settings; verdicts are kept."""
        study = self.study("lead")
        changes = StudyChangesIn.read(request)
        if "baseline" in changes:
            changes["baseline"] = find_candidate(study=study, name=changes["baseline"], field="baseline")
        study = study_update(user=request.user, slug=slug, **changes)
        return Response(study_out(study, Membership.Role.LEAD))


class StudyActionView(StudyView):
    """Open, pause or close."""

    action = ""

    @extend_schema(request=None, responses=StudyOut)
    def post(self, request: Request, slug: str) -> Response:
        """Change the status of a study."""
        study = ACTIONS[self.action](user=request.user, slug=slug)
        return Response(study_out(study, Membership.Role.LEAD))


class MembersView(StudyList):
    """The people in a study."""

    serializer_class = MemberOut
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        """Return all members."""
        return self.study("lead").memberships.select_related("user")

    @extend_schema(request=MemberIn, responses={201: MemberOut})
    def post(self, request: Request, slug: str) -> Response:
        """Give a person a role, or another one."""
        membership = member_add(user=request.user, slug=slug, **MemberIn.read(request))
        return Response(MemberOut(membership).data, status=201)


class MemberView(StudyView):
    """One person in a study."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, username: str) -> Response:
        """Take a person out; their verdicts stay."""
        member_remove(user=request.user, slug=slug, username=username)
        return Response(status=204)


class CandidatesView(StudyList):
    """The candidates of a study."""

    serializer_class = CandidateOut
    queryset = Candidate.objects.none()

    def get_queryset(self) -> QuerySet[Candidate]:
        """Return all candidates, inactive ones too; the baseline is known from here on."""
        study = self.study("viewer")
        self.baseline_id = study.baseline_id
        return study.candidates.all()

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell which one is the baseline."""
        return {"baseline_id": getattr(self, "baseline_id", None)}


class CandidateView(StudyView):
    """One candidate."""

    @extend_schema(request=CandidateChangesIn, responses=CandidateOut)
    def patch(self, request: Request, slug: str, candidate_id: int) -> Response:
        """Change family, price or activity."""
        study, changes = self.study("lead"), CandidateChangesIn.read(request)
        candidate = candidate_update(user=request.user, slug=slug, candidate_id=candidate_id, **changes)
        return Response(CandidateOut(candidate, context={"baseline_id": study.baseline_id}).data)


class QueriesView(StudyList):
    """The queries of a study."""

    serializer_class = QueryOut
    queryset = Query.objects.none()

    def get_queryset(self) -> QuerySet[Query]:
        """Return all queries."""
        return self.study("viewer").queries.all()
