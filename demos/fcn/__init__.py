"""Lesson B5, first half: FCN, scores of finer layers added to coarse ones."""
