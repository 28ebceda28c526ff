"""Lesson A3, cropping features: RoIPool, RoIWarp and RoIAlign on one box."""
