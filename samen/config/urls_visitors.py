"""The door for visitors: everything here is open to a stranger, and reviewed as such."""

from django.urls import include, path

from samen.config import health, urls_api

urlpatterns = [
    *urls_api.urlpatterns,
    path("", include("samen.finder.public.urls")),
    path("", include("samen.stewardship.public.urls")),
    path("healthz", health.healthz, name="healthz"),
]

handler400 = "samen.finder.http.faults.bad_request"
handler404 = "samen.finder.http.faults.not_found"
handler500 = "samen.finder.http.faults.broken"
