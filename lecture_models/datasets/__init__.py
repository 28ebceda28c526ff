"""Panoptic data sets in COCO's format: opened safely, counted, and kept for an hour if they are a visitor's.

    archive.py      a zip file's members, none of them trusted
    coco.py         JSON and PNGs checked against each other
    reader.py       both in a process of its own, with little time and memory
    kept.py         visitors' data sets by a hash of their content
    ours.py         our scenes as a data set
    statistics.py   instances a picture, areas, balance of classes

The format is panopticapi's (Kirillov et al., "Panoptic segmentation", CVPR 2019): a JSON file with images, annotations
and categories, and beside it a folder of the same name with a PNG for each image, id = R + 256 G + 65536 B; 0 is void.
"""

from lecture_models.datasets.model import Category, DataSet, DataSetError, Entry, Segment

__all__ = ["Category", "DataSet", "DataSetError", "Entry", "Segment"]
