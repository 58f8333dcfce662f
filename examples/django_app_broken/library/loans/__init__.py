"""Who has which book, and until when."""
