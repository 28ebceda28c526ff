"""Lesson B3, upsampling: one map through seven operators, and a real one back to its size."""
