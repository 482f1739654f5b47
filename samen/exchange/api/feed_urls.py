from django.urls import path, register_converter

from samen.exchange.api import files
from samen.exchange.queries import downloads


class FileName:
    """Of the files that there are."""

    regex = "|".join(name.replace(".", r"\.") for name in downloads.FILES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileName, "download")

app_name = "feeds"
urlpatterns = [
    path("<download:name>", files.file, name="file"),
]
