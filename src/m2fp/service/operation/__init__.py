"""Running the service: its settings as values, its logs and its metrics."""
