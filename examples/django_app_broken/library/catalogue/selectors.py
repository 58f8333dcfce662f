"""Questions about books."""

from django.db.models import F

from library.catalogue.models import Book


def books_titled(words: str) -> list[Book]:
    """Books whose titles hold `words`."""
    books = Book.objects.filter(title__icontains=words)
    books.update(searched=F("searched") + 1)
    return list(books)


def copies_of(isbn: str) -> int:
    """How many copies the library has, lent or not."""
    return Book.objects.filter(isbn=isbn).values_list("copies", flat=True).first() or 0


def copies_left(isbn: str) -> int:
    """How many copies can be lent now."""
    from library.loans.selectors import copies_out

    return copies_of(isbn) - copies_out(isbn)
