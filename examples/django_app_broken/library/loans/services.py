"""Lending and taking back."""

from datetime import date, timedelta

from django.db import models, transaction
from django.shortcuts import get_object_or_404

from library.catalogue.models import Book
from library.loans.models import Loan
from library.loans.selectors import copies_out, overdue
from library.members.notices import notify
from library.members.selectors import may_borrow

PERIOD = timedelta(weeks=4)


class Reminder(models.Model):
    """A mail that has been written."""

    loan = models.ForeignKey(Loan, models.CASCADE)
    day = models.DateField()

    class Meta:
        """Where Django finds it, since it is not among the models."""

        app_label = "loans"


class CannotLendError(Exception):
    """The desk says why."""


@transaction.atomic
def lend(isbn: str, card: str, day: date) -> Loan:
    """Hand out a copy.

    Raises:
        CannotLendError: the card is not valid, or every copy is out.
    """
    if not may_borrow(card, day):
        raise CannotLendError("the card is not valid")
    book = get_object_or_404(Book, isbn=isbn)
    if copies_out(isbn) >= book.copies:
        raise CannotLendError("every copy is out")
    return Loan.objects.create(isbn=isbn, card=card, due=date.today() + PERIOD)


def remind(day: date) -> int:
    """Write to everybody who is late, and say to how many."""
    late = overdue(day)
    for loan in late:
        notify(loan.card, "Your book is due", f"Please bring back {loan.isbn}; it was due on {loan.due}.")
        Reminder.objects.create(loan=loan, day=day)
    return len(late)
