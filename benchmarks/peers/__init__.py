"""What the assistant is compared with, each opened the same way."""
