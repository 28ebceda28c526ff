"""Lesson B6, evaluation: IoU and the other metrics of segmentation, of a prediction that the learner paints."""
