"""Signing in (django-allauth's views, without sign-up and address changes), the second factor, one's own account."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path
from django.views.generic import RedirectView

from .views import entrance, kept, preferences, second_factor, sessions

app_name = "accounts"

urlpatterns = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("language/", preferences.set_language, name="set_language"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:pk>/sign-out/", sessions.sign_out_session, name="sign_out_session"),
    path("sign-out-everywhere/", sessions.sign_out_everywhere, name="sign_out_everywhere"),
    path("stay/", sessions.stay, name="stay"),
    path("kept/<uuid:pk>/", kept.kept, name="kept"),
    path("kept/<uuid:pk>/discard/", kept.discard_kept, name="discard_kept"),
]

sign_in_urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", entrance.SignOut.as_view(), name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),  # says that accounts come by invitation
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.ResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # The names are those that django-allauth looks up.
    path("second-factor/", second_factor.Index.as_view(), name="mfa_index"),
    path("second-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", second_factor.ActivateTOTP.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", second_factor.DeactivateTOTP.as_view(), name="mfa_deactivate_totp"),
    path(
        "second-factor/recovery-codes/", second_factor.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/recovery-codes/renew/",
        second_factor.RenewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("second-factor/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("second-factor/passkeys/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/confirm/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        second_factor.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
]
