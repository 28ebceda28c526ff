"""What each lesson asks of networks and operators: one file a lesson, under the lesson's name."""
