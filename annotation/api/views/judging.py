"""The judging loop: take, show, keep, give back, judge, skip, undo."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.judging import (
    ComparisonOut,
    JudgedOut,
    LeaseIn,
    LeaseOut,
    ProgressOut,
    SkipIn,
    UndoIn,
    VerdictIn,
    comparison_out,
)
from annotation.api.views.base import StudyView
from annotation.lookups.access import access_lease
from annotation.lookups.judging import get_progress
from annotation.models import Lease, Verdict
from annotation.services.leases import lease_claim, lease_release, lease_renew, lease_show
from annotation.services.verdicts import comparison_skip, verdict_submit, verdict_undo

NOTHING = OpenApiResponse(description="There is nothing to judge now; the headers say why.")
REASONS = ["draft", "paused", "closed", "confident", "budget", "nothing_left", "all_held"]
UNDONE = OpenApiResponse(description="Somebody else's verdict is undone.")
HEADER: dict[str, Any] = {"location": OpenApiParameter.HEADER, "response": [204]}
NOTHING_HEADERS = [
    OpenApiParameter("X-No-Comparison-Reason", str, enum=REASONS, description="A word.", **HEADER),
    OpenApiParameter("X-No-Comparison-Message", str, description="A sentence.", **HEADER),
]


class JudgingView(StudyView):
    """A view of the loop: tokens need the scope ``judge``."""

    scope = "judge"

    def comparison(self, lease: Lease) -> dict[str, object]:
        """Return a lease with its texts and the progress of its study."""
        study = lease.comparison.study
        return comparison_out(lease, get_progress(study=study, user=self.request.user))


class LeasesView(JudgingView):
    """Comparisons on your desk."""

    @extend_schema(request=LeaseIn, responses={201: ComparisonOut, 204: NOTHING}, parameters=NOTHING_HEADERS)
    def post(self, request: Request, slug: str) -> Response:
        """Take the next comparison, or learn why there is none."""
        lease = lease_claim(user=request.user, slug=slug, **LeaseIn.read(request))
        return Response(self.comparison(lease), status=201)


class ProgressView(JudgingView):
    """The numbers above the comparison."""

    @extend_schema(responses=ProgressOut)
    def get(self, request: Request, slug: str) -> Response:
        """Show how far the study is."""
        progress = get_progress(study=self.study("annotator"), user=request.user)
        return Response(ProgressOut(progress).data)


class LeaseView(JudgingView):
    """One comparison on your desk."""

    @extend_schema(responses=ComparisonOut)
    def get(self, request: Request, lease_id: UUID) -> Response:
        """Show the comparison again."""
        return Response(self.comparison(access_lease(user=request.user, lease_id=lease_id)))

    @extend_schema(request=None, responses=LeaseOut)
    def patch(self, request: Request, lease_id: UUID) -> Response:
        """Keep the comparison for another lease time (heartbeat)."""
        return Response(LeaseOut(lease_renew(user=request.user, lease_id=lease_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, lease_id: UUID) -> Response:
        """Give the comparison back to the queue."""
        lease_release(user=request.user, lease_id=lease_id)
        return Response(status=204)


class LeaseShowView(JudgingView):
    """A comparison that comes onto the screen."""

    @extend_schema(request=None, responses=LeaseOut)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Note when the comparison was first looked at, and renew it."""
        return Response(LeaseOut(lease_show(user=request.user, lease_id=lease_id)).data)


class LeaseVerdictView(JudgingView):
    """The verdict on a comparison."""

    @extend_schema(request=VerdictIn, responses={200: JudgedOut, 201: JudgedOut})
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Record a verdict; the same idempotency key again answers 200 with the same verdict."""
        fields = VerdictIn.read(request)
        key = fields.get("idempotency_key")
        is_repeat = key is not None and Verdict.objects.filter(idempotency_key=key).exists()
        verdict = verdict_submit(user=request.user, lease_id=lease_id, **fields)
        progress = get_progress(study=verdict.study, user=request.user)
        body = JudgedOut({"verdict": verdict, "progress": progress}).data
        return Response(body, status=200 if is_repeat else 201)


class LeaseSkipView(JudgingView):
    """A comparison passed on."""

    @extend_schema(request=SkipIn, responses={204: None})
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Leave the comparison to others; it is never offered to you again."""
        comparison_skip(user=request.user, lease_id=lease_id, **SkipIn.read(request))
        return Response(status=204)


class UndoView(JudgingView):
    """A verdict taken back."""

    @extend_schema(
        request=UndoIn,
        responses={
            200: ComparisonOut,
            204: UNDONE,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Undo your last verdict and get its comparison again; leads may name anybody's verdict."""
        lease = verdict_undo(user=request.user, slug=slug, **UndoIn.read(request))
        return Response(status=204) if lease is None else Response(self.comparison(lease))
