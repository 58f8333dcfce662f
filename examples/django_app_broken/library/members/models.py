"""Members."""

from django.db import models


class Member(models.Model):
    """Somebody with a card."""

    card = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField()
    valid_until = models.DateField()

    def __str__(self) -> str:
        return self.name
