from django.urls import path, register_converter

from samen.finder.public import views
from samen.foundation import languages


class LanguageConverter:
    regex = "|".join(languages.PUBLISHED)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LanguageConverter, "language")

app_name = "finder"
urlpatterns = [
    path("", views.front, name="front"),
    path("<language:language>/", views.home, name="home"),
    path("<language:language>/find/", views.find, name="find"),
    path("<language:language>/place/", views.place, name="place"),
    path("<language:language>/all/", views.everything, name="all"),
    path("<language:language>/i/<int:number>/", views.service, name="service"),
    path("<language:language>/i/<int:number>/card/", views.card, name="card"),
    path("<language:language>/i/<int:number>/wrong/", views.wrong, name="wrong"),
    path("<language:language>/i/<int:number>/thanks/", views.thanks, name="thanks"),
    path("<language:language>/safety/", views.safety, name="safety"),
    path("<language:language>/about/", views.about, name="about"),
    path("<language:language>/exit/", views.leave, name="exit"),
]
