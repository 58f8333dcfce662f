"""Questions about members."""

from datetime import date

from library.catalogue.selectors import books_titled
from library.members.models import Member


def may_borrow(card: str, day: date) -> bool:
    """Whether the card is known and valid on `day`."""
    return Member.objects.filter(card=card, valid_until__gte=day).exists()


def email_of(card: str) -> str:
    """Where to write to."""
    return Member.objects.values_list("email", flat=True).get(card=card)


def suggestions(card: str, words: str) -> list[str]:
    """Titles that the holder of `card` may like."""
    name = Member.objects.values_list("name", flat=True).get(card=card)
    return [f"{book.title} (for {name})" for book in books_titled(words)]
