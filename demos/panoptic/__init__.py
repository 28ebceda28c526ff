"""Lessons C1, C2 and C4: what two branches see, their merge, its quality, the pyramid below, and a drive."""
