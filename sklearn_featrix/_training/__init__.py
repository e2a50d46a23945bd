"""The training loop: the only room that knows skorch."""

from ._seeding import local_seed
from ._train import TrainingRecord, train

__all__ = ["TrainingRecord", "local_seed", "train"]
