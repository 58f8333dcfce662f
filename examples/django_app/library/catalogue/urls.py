"""`/books/`."""

from django.urls import path

from library.catalogue import views

urlpatterns = [path("", views.search, name="search")]
