"""Questions about members."""

from datetime import date

from library.members.models import Member


def may_borrow(card: str, day: date) -> bool:
    """Whether the card is known and valid on `day`."""
    return Member.objects.filter(card=card, valid_until__gte=day).exists()


def email_of(card: str) -> str:
    """Where to write to."""
    return Member.objects.values_list("email", flat=True).get(card=card)
