"""How the shop talks to its partners."""

import httpx


def open_client(base_url: str) -> httpx.Client:
    """A client that gives up after a while, and tries to connect again."""
    return httpx.Client(base_url=base_url, timeout=httpx.Timeout(5.0), transport=httpx.HTTPTransport(retries=2))
