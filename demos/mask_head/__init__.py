"""Lesson A4, the mask head: one RoI through both heads, and all masks."""
