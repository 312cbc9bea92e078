"""Training: targets, matching, losses, optimisation, checkpoints (needs the `train` extra)."""
