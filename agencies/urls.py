"""Addresses. Codes of partners are in capitals, so that none of the words below can be one."""

from django.urls import path

from .views import (
    calendars,
    coverage,
    deadlines,
    invitations,
    log,
    partners,
    people,
    reference,
    reference_rows,
    reference_tables,
    welcome,
)

app_name = "agencies"

urlpatterns = [
    path("", partners.partners, name="partners"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/role/", people.change_role, name="change_role"),
    path("people/<int:pk>/suspend/", people.suspend, name="suspend"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("portal/", people.portal_people, name="portal_people"),
    path("portal/invite/", invitations.invite_portal_admin, name="invite_portal_admin"),
    path("invitations/<int:pk>/resend/", invitations.invitation_resend, name="invitation_resend"),
    path("invitations/<int:pk>/revoke/", invitations.invitation_revoke, name="invitation_revoke"),
    path("invitation/", welcome.welcome, name="welcome"),
    path("invitation/<str:token>/", welcome.invitation, name="invitation"),
    path("log/", log.staff_log, name="staff_log"),
    path("unconfirmed/", reference.unconfirmed, name="unconfirmed"),
    path("unconfirmed/<slug:kind>/<slug:row>/", reference.confirm, name="confirm"),
    path("unconfirmed/<slug:kind>/<slug:row>/take-back/", reference.take_back, name="take_back"),
    path("data/<slug:table>/", reference_rows.rows, name="reference_rows"),
    path("data/<slug:table>/add/", reference_rows.row_add, name="reference_add"),
    path("data/<slug:table>/download/", reference_tables.download, name="reference_download"),
    path("data/<slug:table>/upload/", reference_tables.upload, name="reference_upload"),
    path("data/<slug:table>/upload/<uuid:upload>/", reference_tables.check, name="reference_check"),
    path("data/<slug:table>/<slug:entry>/", reference_rows.row_edit, name="reference_row"),
    path("data/<slug:table>/<slug:entry>/reset/", reference_rows.row_reset, name="reference_reset"),
    path("data/<slug:table>/<slug:entry>/retire/", reference_rows.row_retire, name="reference_retire"),
    path("data/<slug:table>/<slug:entry>/restore/", reference_rows.row_restore, name="reference_restore"),
    path("mandates/", coverage.coverage, name="mandates"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/reminders/", deadlines.reminders, name="reminders"),
    path("deadlines/days/", deadlines.day_add, name="day_add"),
    path("deadlines/days/<int:pk>/remove/", deadlines.day_remove, name="day_remove"),
    path("deadlines/<slug:deadline>/", deadlines.deadline_edit, name="deadline_edit"),
    path("<slug:code>/", partners.partner, name="partner"),
    path("<slug:code>/edit/", partners.partner_edit, name="partner_edit"),
    path("<slug:code>/calendar/", calendars.partner_calendar, name="partner_calendar"),
    path("<slug:code>/calendar/hours/", calendars.hours_edit, name="hours_edit"),
    path("<slug:code>/calendar/day/", calendars.partner_day_add, name="partner_day_add"),
    path("<slug:code>/deadlines/", calendars.choose_deadline, name="choose_deadline"),
    path("<slug:code>/deadlines/<slug:deadline>/", calendars.own_deadline, name="own_deadline"),
    path(
        "<slug:code>/deadlines/<slug:deadline>/drop/", calendars.own_deadline_drop, name="own_deadline_drop"
    ),
    path("<slug:code>/invite/", invitations.invite, name="invite"),
]
