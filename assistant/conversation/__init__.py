"""6. Talk: what a question means after the ones before it."""
