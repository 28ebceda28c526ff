"""The lecture's models: operators, networks, scenes, and the traces that they leave.

Everything here computes and nothing draws: a figure is made elsewhere from the values that stand in a trace.
This page fixes the words and letters which all files below use without saying them again.

**Shapes.** ``B`` pictures in a batch, ``C`` channels, ``H`` height and ``W`` width in picture pixels, ``h``
and ``w`` the size of a feature map in cells, ``N`` boxes or proposals, ``D`` detections, ``K`` classes with
the background as class 0, ``L`` feature pyramid levels. ``[H, W]`` is a shape, ``(x, y)`` a tuple.

**Boxes** are ``xyxy``, float, in picture pixels: ``(x0, y0, x1, y1)`` with ``x0 <= x1``. The point ``(0, 0)``
is the outer corner of the top-left pixel, so that the pixel in row ``r`` and column ``c`` covers ``[c, c + 1]
x [r, r + 1]``, its centre is ``(c + 0.5, r + 0.5)``, and a box around the whole picture is ``(0, 0, W, H)``.

**Sizes** are ``(height, width)``. **Points** are ``(x, y)``.

**Images** are uint8 RGB ``[H, W, 3]`` outside of networks, float32 ``[C, H, W]`` in 0..1 inside.

**Masks** are bool ``[H, W]``. **Label maps** are int64 ``[H, W]`` with 255 for void: pixels that the truth
leaves open, which no metric counts. **Instance maps** are int32 ``[H, W]`` with 0 for "no thing here".

**Depth** is float32 in metres along the optical axis, infinite in the sky. **Normals** are unit vectors in
camera axes: x to the right, y up, z towards the viewer.

**Things** are countable (a ball, a person) and have instances; **stuff** (sky, road) has none.

**Scores** run through three stages, and the name says which: *logits* are what the last layer gives, *probs*
are logits after softmax or sigmoid, *scores* are the probs which rank the detections.

**Stages of a detector**: anchors, then proposals, then detections. **Levels** ``P2`` .. ``P5`` have stride 4,
8, 16, 32: so many picture pixels a cell.

**IoU** is the area of the intersection over the area of the union. A threshold on it is called
``iou_threshold``.

**Operators**: ``roi_align`` is the function, ``RoIAlign`` the idea, ``trace_roi_align`` the same arithmetic
with all of its intermediate values kept, in a frozen dataclass.

**Errors**: an argument that cannot be meant raises ``ValueError`` with what must hold, what came, and what to
do.
"""
