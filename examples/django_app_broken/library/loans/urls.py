"""`/loans/`."""

from django.urls import path

from library.loans import views

urlpatterns = [
    path("", views.lend, name="lend"),
    path("late/", views.late, name="late"),
]
