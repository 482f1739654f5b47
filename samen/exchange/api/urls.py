from django.urls import path, register_converter

from samen.exchange.api import changes, hsds


class Version:
    """Of HSDS: those we write, side by side."""

    regex = "|".join(version.replace(".", r"\.") for version in hsds.VERSIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Version, "hsds")

urlpatterns = [
    path("hsds/<hsds:standard>/", hsds.root),
    path("hsds/<hsds:standard>/changes", changes.changes),
]
