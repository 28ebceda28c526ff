"""Lesson A5, results: what Mask R-CNN finds in scenes that are hard, and a name for each error."""
