"""What comes in with a request: parameters, pictures, zip files. Nothing is decoded here."""
