"""The in-context prior: synthetic tables, training, export, evaluation."""
