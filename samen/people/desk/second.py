"""Second factors: a code from an app, a passkey, and codes on paper for when both are lost."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as paper
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from django.contrib.auth.decorators import login_not_required
from django.urls import path

urlpatterns = [
    path("", base.index, name="mfa_index"),
    path("code/", login_not_required(base.authenticate), name="mfa_authenticate"),
    path("code/again/", base.reauthenticate, name="mfa_reauthenticate"),
    path("app/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("paper/", paper.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("paper/new/", paper.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("paper/file/", paper.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", passkey.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/again/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/", passkey.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
]
