"""What must be set before scipy is imported."""

import os

# scikit-learn skips its array API checks without it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")


def pytest_configure(config):
    """Know a mark of scikit-learn's tests, some of which run on our estimators."""
    config.addinivalue_line("markers", "thread_unsafe: of scikit-learn's own tests")
