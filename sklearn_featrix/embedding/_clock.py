"""What time a fit has taken, and what is left of it."""

from __future__ import annotations

import sys
import time

__all__ = ["Clock"]


class Clock:
    """Seconds since `fit` began: how many are left, and lines that say them.

    Parameters
    ----------
    time_limit : float or None
        Seconds that `fit` may take.
    verbose : int
        Above zero, lines are written.

    Attributes
    ----------
    began : float
        Moment on the clock of :func:`time.monotonic`.
    deadline : float or None
        Moment when the time limit is over.
    """

    def __init__(self, time_limit, verbose):
        self.began = time.monotonic()
        self.deadline = None if time_limit is None else self.began + time_limit
        self.verbose = verbose

    def halfway(self):
        """Moment when half of the time that is left now will be over."""
        return None if self.deadline is None else (time.monotonic() + self.deadline) / 2

    def say(self, what):
        """Write a line to standard output if progress is to be shown."""
        if self.verbose:
            sys.stdout.write(f"{what}  {time.monotonic() - self.began:.1f} s\n")
            sys.stdout.flush()
