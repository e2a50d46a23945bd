"""What self-training makes of its own base: ours, scikit-learn's, and the base."""
