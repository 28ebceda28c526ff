"""Pictures from numbers: arrays in, arrays or encoded pictures out; nothing here runs a network or a page.

style: every colour · overlays: maps, masks, boxes on a picture · grids: small maps, enlarged sharply ·
encode: arrays as data URIs and packed numbers for the browser
"""
