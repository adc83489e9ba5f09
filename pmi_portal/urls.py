"""The site map."""

from django.contrib import admin
from django.urls import include, path

from accounts.urls import sign_in_urlpatterns

from . import demo_mail, health, home, machinery, metrics, views

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("machinery/", machinery.machinery, name="machinery"),
    path("machinery/<slug:queue>/again/", machinery.try_again, name="machinery_again"),
    path("gallery/", views.gallery, name="gallery"),
    path("demo/mail/", demo_mail.mailbox_list, name="demo_mail"),
    path("demo/mail/<str:key>/", demo_mail.mailbox_message, name="demo_mail_message"),
    path("accounts/", include(sign_in_urlpatterns)),
    path("account/", include("accounts.urls")),
    path("notifications/", include("notifications.urls")),
    path("", include("administration.urls")),  # before the partners, whose codes are words of an address
    path("partners/", include("agencies.urls")),
    path("services/", include("directory.urls")),
    path("hsds/", include("directory.hsds_urls")),
    path(
        "cases/import/", include("imports.urls")
    ),  # before the cases, whose references are words of an address
    path("cases/bulk/", include("bulk.urls")),
    path("cases/", include("cases.urls")),
    path("rights/", include("rights.urls")),
    path("search/", include("search.urls")),
    path("", include("referrals.urls")),
    path("admin/", admin.site.urls),
]

handler403 = "pmi_portal.views.forbidden"
handler500 = "pmi_portal.views.server_error"
handler429 = "accounts.views.entrance.throttled"  # django-allauth asks for it
