"""Lesson D2: colorization."""
