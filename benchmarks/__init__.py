"""Measures, and the scripts that fit weights; no part of the assistant."""
