"""Questions about loans."""

from datetime import date

from library.loans.models import Loan


def copies_out(isbn: str) -> int:
    """How many copies are out."""
    return Loan.objects.filter(isbn=isbn, returned=None).count()


def overdue(day: date) -> list[Loan]:
    """Loans that should be back by `day`."""
    return list(Loan.objects.filter(returned=None, due__lt=day).order_by("due"))
