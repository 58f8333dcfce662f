"""Pages about books."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from library.catalogue.selectors import books_titled


def search(request: HttpRequest) -> HttpResponse:
    """The books that match the query."""
    words = request.GET.get("q", "")
    return render(request, "catalogue/search.html", {"books": books_titled(words), "query": words})
