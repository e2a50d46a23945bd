"""What a network fine-tuned on thousands of labels brings, against common peers."""
