"""Lesson B2: how far a unit sees, and what it costs."""
