"""The R-CNN family at work: what each member runs, what its filters do to every anchor, and who died of what.

ledgers, slow, selective_search, meter     one picture through R-CNN, Fast, Faster and Mask R-CNN, and what it cost
record, nms, stages                        a detector's raw outputs, and its filters one by one
obituaries, lives, epitaphs                the fate of each anchor, counted and told
"""
