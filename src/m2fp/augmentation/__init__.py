"""Changing labelled photos and composing groups of people; needs OpenCV."""
