"""Speed ratios, ours against a reference, both measured in the same run.

A benchmark is a module of this folder with a function ``run()`` that returns rows
with the keys of `ROW`. ``ratio`` is ours / reference in the benchmark's own words;
``target`` says what it must be, e.g. ``"<= 1.1"`` or ``">= 0.85"`` (None: only shown).
"""

ROW = ("benchmark", "case", "ours", "reference", "ratio", "target", "unit")
