"""The first page of the desk: what to do today, and nothing else."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.people.http import DeskRequest, for_colleagues


@for_colleagues
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    return render(request, "stewardship/home.html", {})
