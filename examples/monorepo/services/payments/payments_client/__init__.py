"""What other services install to be paid."""
