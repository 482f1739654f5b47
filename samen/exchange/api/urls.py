from django.urls import path, register_converter

from samen.exchange.api import about, changes, fhir, hsds
from samen.exchange.rules.fhir import TYPES
from samen.exchange.rules.operations import PARAMETERS


class Version:
    """Of HSDS: those we write, side by side."""

    regex = "|".join(version.replace(".", r"\.") for version in hsds.VERSIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class HealthCare:
    """What there is for systems of health care."""

    regex = "|".join(TYPES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Version, "hsds")
register_converter(HealthCare, "fhir")

urlpatterns = [
    path("hsds/<hsds:standard>/", hsds.root),
    path("fhir/metadata", fhir.metadata),
    path("fhir/<fhir:resource>", fhir.search),
    path("fhir/<fhir:resource>/_search", fhir.search_by_post),
    path("fhir/<fhir:resource>/<str:id_>", fhir.read),
    path("fhir/<path:rest>", fhir.nothing),
    path("hsds/<hsds:standard>/openapi.json", about.openapi),
    path("hsds/<hsds:standard>/guide", about.guide),
    path("hsds/<hsds:standard>/profile/", about.profile),
    path("hsds/<hsds:standard>/profile/<slug:shape>.json", about.profile_patch),
    path("hsds/<hsds:standard>/schema/<slug:shape>.json", about.schema),
    path("hsds/<hsds:standard>/changes", changes.changes),
    *(path(f"hsds/<hsds:standard>/{kind}", hsds.records, {"kind": kind}) for kind in PARAMETERS),
    *(
        path(f"hsds/<hsds:standard>/{kind}/<record>", hsds.record, {"kind": kind})
        for kind in PARAMETERS
    ),
]
