"""The R-CNN family at work: what each member runs, what its filters do to every anchor, and how each ended.

ledgers, slow, selective_search, meter     one picture through R-CNN, Fast, Faster and Mask R-CNN, and what it cost
record, nms, stages                        a detector's raw outputs, and its filters one by one
fates, fate_sentences, single_fates       the fate of each anchor, counted and told
"""
