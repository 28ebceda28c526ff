"""The lecture's operators: each `op` beside its `trace_op`, which keeps every value on the way to the output.

Shape letters: B pictures, C channels, H rows and W columns of a feature map, N boxes, oh × ow output bins.
"""
