"""What the worker found, for whoever can put it right."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.foundation.paging import NoSuchPage
from samen.people.http import DeskRequest, for_roles
from samen.stewardship.desk.reach import SUGGESTS, page_asked, pages, scope_of
from samen.stewardship.models import Finding
from samen.stewardship.queries.findings import findings, findings_by_kind


@for_roles(*SUGGESTS)
@require_safe
def all_findings(request: DeskRequest) -> HttpResponse:
    scope, kind = scope_of(request, *SUGGESTS), request.GET.get("kind", "")
    if kind and kind not in Finding.Kind.values:
        raise Http404
    try:
        page = findings(scope, kind=kind, page=page_asked(request))
    except NoSuchPage as missing:
        raise Http404 from missing
    counted = findings_by_kind(scope)
    shown = {
        **pages(page, **({"kind": kind} if kind else {})),
        "kind": kind,
        "kinds": [(each, counted.get(each, 0)) for each in Finding.Kind.values],
    }
    return render(request, "stewardship/checks/findings.html", shown)
