"""The routes, a group a file."""
