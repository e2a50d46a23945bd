"""The in-context prior: synthetic tables, training, export, evaluation.

It lives among the benchmarks, not in the package: training is run by those who make
a release, and what it leaves behind is one file of weights.
"""
