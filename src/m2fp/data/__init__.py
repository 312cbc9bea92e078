"""Labelled photos: reading them from disk, changing them, composing groups of people."""
