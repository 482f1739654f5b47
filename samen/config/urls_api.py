"""The doors for machines, beside the pages: open to every program, without a cookie."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("samen.exchange.api.urls")),
    path("feeds/", include("samen.exchange.api.feed_urls")),
]
