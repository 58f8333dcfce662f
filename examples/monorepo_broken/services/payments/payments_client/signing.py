"""How charges are signed; it may change with any release."""

import hashlib
import hmac
from os import environ


def sign(text: str) -> str:
    """The signature of `text`."""
    return hmac.new(environ["PAYMENTS_KEY"].encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(text: str, signature: str) -> bool:
    """Whether `signature` is that of `text`."""
    return hmac.compare_digest(sign(text), signature)
