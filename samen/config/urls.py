"""Every door of the house, as commands and tests see it. A server opens one of the two."""

from samen.config import urls_desk, urls_visitors

_shared = {"healthz"}
urlpatterns = [
    *urls_visitors.urlpatterns,
    *(door for door in urls_desk.urlpatterns if getattr(door, "name", "") not in _shared),
]

handler400 = urls_visitors.handler400
handler404 = urls_visitors.handler404
handler500 = urls_visitors.handler500
