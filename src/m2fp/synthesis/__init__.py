"""Synthetic people with perfect labels."""
