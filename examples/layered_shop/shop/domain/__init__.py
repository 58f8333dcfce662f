"""What the shop talks about."""
