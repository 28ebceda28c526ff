"""Lesson A1, vision tasks: one picture, every task, from one forward pass."""
