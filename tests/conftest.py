"""What must be set before scipy is imported."""

import os

# scikit-learn skips its array API checks without it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
