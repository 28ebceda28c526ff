"""Lesson D1: depth and normals."""
