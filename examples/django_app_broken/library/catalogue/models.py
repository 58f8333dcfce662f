"""Books."""

from django.db import models


class Book(models.Model):
    """A title, of which the library has some copies."""

    isbn = models.CharField(max_length=13, unique=True)
    title = models.CharField(max_length=200)
    copies = models.PositiveIntegerField(default=1)
    searched = models.PositiveIntegerField(default=0)

    class Meta:
        """Sorted as on the shelf."""

        ordering = ("title",)

    def __str__(self) -> str:
        return self.title
