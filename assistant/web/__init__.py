"""The page: an edge, which translates questions and answers and decides nothing."""
