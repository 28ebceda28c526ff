"""Lesson A2, the R-CNN family: four networks, one idea at a time, every box followed, and one pixel back."""
