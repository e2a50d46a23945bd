"""Label spreading and propagation on real tables, against scikit-learn's.

``python -m benchmarks.label_propagation --data-dir FOLDER`` prints the tables of
``RESULTS.md``. Rows, labels and encodings are those of ``benchmarks.label_efficiency``.
"""
