"""Whether this instance can answer: the database, the index and the logbook."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from samen.audit import queries as audit
from samen.search import queries as search


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 a view
    try:
        well = audit.logbook_answers() and search.index_answers()
    except DatabaseError:
        well = False
    return JsonResponse({"status": "ok" if well else "down"}, status=200 if well else 503)
