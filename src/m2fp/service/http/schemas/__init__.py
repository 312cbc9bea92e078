"""The documents that the API answers with, as OpenAPI describes them."""
