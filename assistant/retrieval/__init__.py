"""5. Find: a question understood, sheets ranked, quotes cut."""
