from django.urls import path

from samen.stewardship.public import views

app_name = "check"
urlpatterns = [
    path("<slug:language>/check/<str:token>/", views.check, name="check"),
]
