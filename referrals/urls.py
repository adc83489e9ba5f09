"""Addresses: those of the lists, of one referral and its acts, and the one that refers a case."""

from django.urls import path

from .views import detail, lists, partners, perform, refer

app_name = "referrals"

urlpatterns = [
    path("inbox/", lists.inbox, name="inbox"),
    path("referrals/", lists.sent, name="sent"),
    path("referrals/partners/", partners.partners, name="partners"),
    path("referrals/<uuid:pk>/", detail.detail, name="detail"),
    path("referrals/<uuid:pk>/live/", detail.live, name="live"),
    path("referrals/<uuid:pk>/acts/", detail.acts, name="acts"),
    path("referrals/<uuid:pk>/accept/", perform.accept, name="accept"),
    path("referrals/<uuid:pk>/ask/", perform.ask, name="ask"),
    path("referrals/<uuid:pk>/decline/", perform.decline, name="decline"),
    path("referrals/<uuid:pk>/report/", perform.report, name="report"),
    path("referrals/<uuid:pk>/complete/", perform.complete, name="complete"),
    path("referrals/<uuid:pk>/choose/", perform.choose, name="choose"),
    path("referrals/<uuid:pk>/answer/", perform.answer, name="answer"),
    path("referrals/<uuid:pk>/withdraw/", perform.withdraw, name="withdraw"),
    path("referrals/<uuid:pk>/reopen/", perform.reopen, name="reopen"),
    path("cases/<slug:reference>/refer/", refer.refer, name="refer"),
]
