from django.apps import AppConfig


class FinderConfig(AppConfig):
    name = "samen.finder"
