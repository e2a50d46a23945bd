"""What prior correction does for decisions and probabilities of rare classes."""
