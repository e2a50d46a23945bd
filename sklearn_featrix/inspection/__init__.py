"""Pictures of what was gained: the only room that knows matplotlib."""

from ._coverage_accuracy import CoverageAccuracyDisplay
from ._label_budget import LabelBudgetDisplay
from ._score_comparison import ScoreComparisonDisplay

__all__ = ["CoverageAccuracyDisplay", "LabelBudgetDisplay", "ScoreComparisonDisplay"]
