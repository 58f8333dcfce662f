"""Which files are modules, what they are called, and how patterns select them."""
