"""Pages about oneself and about colleagues."""

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from samen.people.desk import circles, keys, spare, views

# Names of allauth's own, because it leads to its pages by them. There is no sign-up, and no
# password by mail: an administrator invites again.
urlpatterns = [
    path("sign-in/", login_not_required(account.login), name="account_login"),
    path("sign-out/", login_not_required(account.logout), name="account_logout"),
    path("not-active/", login_not_required(account.account_inactive), name="account_inactive"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second/", include("samen.people.desk.second")),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("me/", views.me, name="me"),
    path("keys/", keys.mine, name="keys"),
    path("keys/paper/", keys.paper, name="keys_paper"),
    path("keys/recover/", keys.recover, name="keys_recover"),
    path("keys/begin/", keys.begin, name="keys_begin"),
    path("keys/renew/", keys.renew, name="keys_renew"),
    path("keys/spare/back/", spare.take_back, name="keys_spare_back"),
    path("keys/spare/<uuid:circle>/", spare.give, name="keys_spare"),
    path("keys/before/", spare.take_over, name="keys_before"),
    path("keys/of/<uuid:colleague>/", keys.colleague, name="keys_of"),
    path("keys/of/<uuid:colleague>/again/", keys.again, name="keys_again"),
    path("circles/", circles.overview, name="circles"),
    path("circles/found/", circles.found, name="circle_found"),
    path("circles/reach/", circles.reach, name="circle_reach"),
    path("circles/<uuid:circle>/add/", circles.add, name="circle_add"),
    path("circles/<uuid:circle>/give-back/", circles.give_back, name="circle_give_back"),
    path("circles/<uuid:circle>/emergency/", circles.emergency, name="circle_emergency"),
    path("circles/<uuid:circle>/spare/", spare.of_circle, name="circle_spare"),
    path("circles/<uuid:circle>/spare/off/", spare.off, name="circle_spare_off"),
    path("circles/<uuid:circle>/<slug:what>/", circles.belong, name="circle_belong"),
    path("circles/asks/<uuid:ask>/", circles.ask, name="circle_ask"),
    path("circles/notices/<uuid:notice>/", circles.notice, name="circle_notice"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("colleagues/invite/", views.invite, name="invite"),
    path("colleagues/<uuid:colleague>/", views.colleague, name="colleague"),
    path("colleagues/<uuid:colleague>/role/", views.give, name="give"),
    path("colleagues/<uuid:colleague>/again/", views.invite_again, name="invite_again"),
    path("colleagues/<uuid:colleague>/factor/", views.reset_factor, name="reset_factor"),
    path("colleagues/<uuid:colleague>/leaves/", views.leaves, name="leaves"),
    path("roles/<uuid:post>/end/", views.end, name="end_role"),
]
