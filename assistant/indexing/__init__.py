"""3. Build: sheets into passages, vectors and terms."""
