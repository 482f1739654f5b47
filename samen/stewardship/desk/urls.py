from django.urls import path

from samen.stewardship.desk import deciding, editing, freshness, home, listing, translating

app_name = "stewardship"
urlpatterns = [
    path("", home.home, name="home"),
    path("map/", listing.services, name="services"),
    path("map/new/", editing.new, name="new"),
    path("map/<int:number>/", editing.service, name="service"),
    path("map/<int:number>/history/", editing.history, name="history"),
    path("map/<int:number>/history/<int:version>/", editing.restore, name="restore"),
    path("map/<int:number>/withdraw/", editing.withdraw, name="withdraw"),
    path("map/<int:number>/<slug:section>/", editing.section, name="section"),
    path("suggestions/", deciding.suggestions, name="suggestions"),
    path("suggestions/<uuid:suggestion>/", deciding.suggestion, name="suggestion"),
    path("withdrawn/", deciding.withdrawn, name="withdrawn"),
    path("withdrawn/<uuid:withdrawal>/", deciding.decide_withdrawn, name="decide_withdrawn"),
    path("translations/", translating.translations, name="translations"),
    path("translations/<slug:language>/<int:number>/", translating.translate, name="translate"),
    path("reports/", freshness.reports, name="reports"),
    path("reports/<uuid:service>/settle/", freshness.settle, name="settle"),
    path("tasks/", freshness.tasks, name="tasks"),
    path("tasks/<uuid:task>/done/", freshness.done, name="done"),
    path("confirm/<uuid:service>/", freshness.confirm, name="confirm"),
    path("owners/", freshness.owners, name="owners"),
]
