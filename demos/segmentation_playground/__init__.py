"""Lesson B5, the playground: a small network of the learner's own design, trained while one watches."""
