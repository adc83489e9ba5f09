from django.urls import path

from .views import today, where

app_name = "administration"

urlpatterns = [
    path("", today.today, name="today"),
    path("emails/", today.undelivered, name="undelivered"),
    path("emails/<int:pk>/again/", today.send_again, name="send_again"),
    path("where/", where.where, name="where"),
]
