"""What is counted on photos, and the scores that follow: no files, no models, only arrays."""
