"""What can be learnt from a few positives and no negatives."""
