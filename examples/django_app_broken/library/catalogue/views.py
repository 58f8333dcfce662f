"""Pages about books."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from library.catalogue.selectors import books_titled


def search(request: HttpRequest) -> HttpResponse:
    """The books that match the query."""
    words = request.GET.get("q", "")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO catalogue_search (words) VALUES (%s)", [words])
    return render(request, "catalogue/search.html", {"books": books_titled(words), "query": words})
