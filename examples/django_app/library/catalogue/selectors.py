"""Questions about books."""

from library.catalogue.models import Book


def books_titled(words: str) -> list[Book]:
    """Books whose titles hold `words`."""
    return list(Book.objects.filter(title__icontains=words))


def copies_of(isbn: str) -> int:
    """How many copies the library has, lent or not."""
    return Book.objects.filter(isbn=isbn).values_list("copies", flat=True).first() or 0
