"""Edges: an answer in the forms that leave the program."""
