"""Measurements of the library: speed against a reference, quality against its peers."""
