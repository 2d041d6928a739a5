"""4. Keep: sheets, passages, vectors and terms together, one generation at a time."""
