import math

import pytest

from sklearn_featrix.utils._optional import import_optional


def test_import_optional_imports():
    assert import_optional("math", extra="plot", purpose="This test") is math


def test_import_optional_says_how_to_install():
    with pytest.raises(
        ImportError,
        match=(
            r"^The picture needs no_such_module, which is not installed\. "
            r"Install it with: pip install 'sklearn-featrix\[plot\]'$"
        ),
    ):
        import_optional("no_such_module.part", extra="plot", purpose="The picture")
