"""The OpenAPI document as a page to read: no script, nothing from elsewhere."""
