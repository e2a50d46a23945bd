"""Rare classes: losses, weights, resampling and corrections, side by side."""
