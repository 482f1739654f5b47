"""Addresses of ours that go into letters."""

from django.conf import settings
from django.urls import reverse


def invitation_link(token: str) -> str:
    return f"{settings.DESK_SITE}{reverse('welcome', args=[token])}"
