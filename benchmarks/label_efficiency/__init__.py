"""How much a method learns from few labels: many tables, budgets, seeds and peers."""
