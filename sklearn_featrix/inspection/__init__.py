"""Pictures of what was gained: the only room that knows matplotlib."""

from ._score_comparison import ScoreComparisonDisplay

__all__ = ["ScoreComparisonDisplay"]
