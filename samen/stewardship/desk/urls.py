from django.urls import path

from samen.stewardship.desk import home

app_name = "stewardship"
urlpatterns = [
    path("", home.home, name="home"),
]
