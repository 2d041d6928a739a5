"""1. Read: source files into sheets."""
