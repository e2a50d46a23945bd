"""What is told of the rounds of self-training."""

from __future__ import annotations

import sys

__all__ = ["RoundReport"]


class RoundReport:
    """Tells of rounds while they are judged and made, and keeps their history.

    Parameters
    ----------
    verbose : bool or int
        Whether to write lines to standard output.
    callbacks : callable, list of callable or None
        Each is given the entry of the history after each round that is made.

    Raises
    ------
    TypeError
        If one of the callbacks cannot be called.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from sklearn_featrix.semi_supervised._round_report import RoundReport
    >>> report = RoundReport(False, lambda entry: print(entry["n_added"]))
    >>> report(SimpleNamespace(n_iter=1, n_added=[5, 20]))
    20
    """

    def __init__(self, verbose, callbacks):
        self.verbose = verbose
        self.callbacks = _listed(callbacks)
        self.judged = []

    def tell_judged(self, judged):
        """Tell what held-out rows say.

        Parameters
        ----------
        judged : list of dict
            `held_out_loss` and `standard_error` by number of rounds; empty where no
            rows were held out.
        """
        self.judged = judged
        for number, entry in enumerate(judged):
            loss = entry["held_out_loss"]
            self._say(f"Held-out loss after iteration {number}: {loss:.4f}.")

    def __call__(self, run):
        """Tell of the round that a `SelfTrainingRun` has made last."""
        added = run.n_added[run.n_iter]
        self._say(f"End of iteration {run.n_iter}, added {added} new labels.")
        for callback in self.callbacks:
            callback(self._entry(run.n_iter, run.n_added))

    def history(self, n_added):
        """List all numbers of rounds.

        Parameters
        ----------
        n_added : list of int
            Rows labelled in each round that was made.

        Returns
        -------
        list of dict
            `n_iter`, `n_added`, `held_out_loss` and `standard_error`; None where there
            is none, of rounds that were made without judging, or judged only.
        """
        n_entries = max(len(self.judged), len(n_added))
        return [self._entry(number, n_added) for number in range(n_entries)]

    def _entry(self, number, n_added):
        judged = {"held_out_loss": None, "standard_error": None}
        return {
            "n_iter": number,
            "n_added": n_added[number] if number < len(n_added) else None,
            **(self.judged[number] if number < len(self.judged) else judged),
        }

    def _say(self, line):
        if self.verbose:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def _listed(callbacks):
    """List the callbacks, all of which can be called."""
    if callbacks is None:
        return []
    listed = callbacks if isinstance(callbacks, list) else [callbacks]
    for callback in listed:
        if not callable(callback):
            raise TypeError(
                f"callbacks has {callback!r}, which cannot be called. Give functions "
                "of one argument, the round's entry of history_."
            )
    return listed
