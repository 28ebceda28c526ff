"""Lesson B5: U-Net, whose skips carry where, and what happens when one of them is operated on."""
