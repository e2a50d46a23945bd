"""What happens beside the steps: history, progress, the clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from skorch.callbacks import Callback

__all__ = ["AfterBlock", "BlockHistory", "Deadline", "ProgressLines"]


class BlockHistory(Callback):
    """Collect one record per block of steps, also of a block that was cut short.

    A record holds `step` (steps done so far), `loss` (mean over the block) and
    `seconds` (since training began).
    """

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        """Start the clock."""
        self.records_: list[dict[str, Any]] = []
        self.n_steps_ = 0
        self._began = time.monotonic()

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Close the block."""
        self._close_block(net)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        """Close the block that was under way when training was stopped."""
        if len(net.history) > len(self.records_):
            self._close_block(net)

    def _close_block(self, net: Any) -> None:
        batches = net.history[-1]["batches"]
        losses = [batch["train_loss"] for batch in batches if "train_loss" in batch]
        if losses:
            self.n_steps_ += len(losses)
            seconds = time.monotonic() - self._began
            self.records_.append(
                {
                    "step": self.n_steps_,
                    "loss": sum(losses) / len(losses),
                    "seconds": seconds,
                }
            )


class AfterBlock(Callback):
    """Ask after each block whether the run is to end.

    Parameters
    ----------
    history : BlockHistory
        Where the record comes from; must be called before this.
    function : callable
        Given the record of the block; True ends the run.
    """

    def __init__(
        self, history: BlockHistory, function: Callable[[dict[str, Any]], bool]
    ) -> None:
        self.history = history
        self.function = function
        self.stopped_ = False

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Ask about the block that has just ended."""
        self.stopped_ = self.function(self.history.records_[-1])

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """End the run, now that all others have seen the block before."""
        if self.stopped_:
            raise KeyboardInterrupt  # as in Deadline


class ProgressLines(Callback):
    """Write a line to standard output after each block.

    Parameters
    ----------
    history : BlockHistory
        Where the numbers come from; must be called before this.
    n_steps : int
        Steps in total.
    """

    def __init__(self, history: BlockHistory, n_steps: int) -> None:
        self.history = history
        self.n_steps = n_steps

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Report the block that has just ended."""
        last = self.history.records_[-1]
        held_out = last.get("validation_loss")
        sys.stdout.write(
            f"step {last['step']:>{len(str(self.n_steps))}} of {self.n_steps}  "
            f"loss {last['loss']:.4f}  "
            f"{'' if held_out is None else f'held out {held_out:.4f}  '}"
            f"{last['seconds']:.1f} s\n"
        )
        sys.stdout.flush()


class Deadline(Callback):
    """Stop after the first step that ends at or after a moment.

    Parameters
    ----------
    moment : float
        On the clock of :func:`time.monotonic`.
    """

    def __init__(self, moment: float) -> None:
        self.moment = moment

    def on_batch_end(self, net: Any, **kwargs: Any) -> None:
        """Look at the clock."""
        if time.monotonic() >= self.moment:
            # The one exception that makes skorch end its loop in good order.
            raise KeyboardInterrupt
