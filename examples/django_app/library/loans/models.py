"""Loans."""

from django.db import models


class Loan(models.Model):
    """A copy that is out; the book and the member are known by their numbers."""

    isbn = models.CharField(max_length=13, db_index=True)
    card = models.CharField(max_length=12, db_index=True)
    due = models.DateField()
    returned = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.isbn} until {self.due}"
