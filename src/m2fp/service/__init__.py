"""The service: HTTP, a web page, jobs that survive, and processes that run the model."""
