"""2. French: folding, sentences, terms."""
