"""Mails to members."""

from django.core.mail import send_mail

from library.members.selectors import email_of


def notify(card: str, subject: str, body: str) -> None:
    """Write to the holder of `card`."""
    send_mail(subject, body, "desk@library.example", [email_of(card)])
