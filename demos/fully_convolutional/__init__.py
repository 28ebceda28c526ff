"""Lesson B1, fully convolutional: from the sliding window to one pass."""
