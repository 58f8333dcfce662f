"""What happens to books."""

from django.db import transaction

from library.catalogue.models import Book


@transaction.atomic
def acquire(isbn: str, title: str, copies: int) -> Book:
    """Add copies of a book, new or known."""
    book, created = Book.objects.select_for_update().get_or_create(
        isbn=isbn, defaults={"title": title, "copies": copies}
    )
    if not created:
        book.copies += copies
        book.save(update_fields=["copies"])
    return book
