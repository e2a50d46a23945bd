"""How often the interval of a cross-validated score holds the true score."""
