"""`python -m archguard` is `archguard`."""

from archguard.cli import main

main()
