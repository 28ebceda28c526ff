"""Lesson C3: panoptic data sets, their labels, what is in them, and which classes are hard."""
