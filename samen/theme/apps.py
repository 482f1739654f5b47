from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "samen.theme"
