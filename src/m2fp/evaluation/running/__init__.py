"""Scoring a whole set: photo by photo, in worker processes, with a journal of what is finished."""
