from django.apps import AppConfig


class StewardshipConfig(AppConfig):
    name = "samen.stewardship"
