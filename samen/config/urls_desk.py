"""The door for colleagues: everything here asks who is there, but signing in itself."""

from django.urls import include, path

from samen.config import health

urlpatterns = [
    path("desk/", include("samen.people.desk.urls")),
    path("desk/", include("samen.stewardship.desk.urls")),
    path("healthz", health.healthz, name="healthz"),
]

handler400 = "samen.finder.http.faults.bad_request"
handler404 = "samen.finder.http.faults.not_found"
handler500 = "samen.finder.http.faults.broken"
