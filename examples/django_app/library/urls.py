"""What answers where."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("books/", include("library.catalogue.urls")),
    path("loans/", include("library.loans.urls")),
]
