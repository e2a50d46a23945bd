import pytest
import torch
from threadpoolctl import threadpool_info

from sklearn_featrix.utils._threads import one_thread


def test_one_inside_as_before_outside():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
            assert all(
                pool["num_threads"] == 1
                for pool in threadpool_info()
                if pool["user_api"] == "openmp"
            )
        assert torch.get_num_threads() == 2
        with pytest.raises(RuntimeError), one_thread():
            torch.ones(3).reshape(2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_overlapping_blocks_leave_what_was_there():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    first, second = one_thread(), one_thread()
    try:
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert torch.get_num_threads() == 1
        second.__exit__(None, None, None)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
