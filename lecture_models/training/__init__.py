"""One recipe a network; ``python -m lecture_models.training NAME`` runs it, or goes on where it stopped."""
