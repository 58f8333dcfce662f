"""Who may borrow."""
