"""Books in the administration."""

from django.contrib import admin

from library.catalogue.models import Book


@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    """Books by title."""

    list_display = ("title", "isbn", "copies")
    search_fields = ("title", "isbn")
