"""One pixel of a mask, followed back to the picture link by link; :mod:`chain` puts the links together.

pixel ← paste ← head (sigmoid, logit, convolutions) ← align (bins, points, cells) ← field, picture
"""
