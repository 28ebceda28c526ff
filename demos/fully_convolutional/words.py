"""What lesson B1 says about its run: for each view the large number, the question, and the sums behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demos.fully_convolutional.numerals import giga, saving, tex, times, tiny
from demos.questions import lot
from demos.records import Question, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lecture_models.studies.fully_convolutional import Raced, Sized, Weighed
    from lecture_models.studies.semantic_and_instances import Told

Said = tuple[Reading, Question | None, str, str]
"""The words of a view: reading, question, numbers, what was seen."""
SMALL = 1e-5  # a difference below it is float32's rounding
ASKED_SIDES = (192, 224, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640)
PADDED = {
    "none": "nothing is padded",
    "picture": "only the picture is padded",
    "layers": "each layer pads its map with zeros",
}


# ---- the race --------------------------------------------------------------------------------------------
def of_race(made: Raced, ratios: Mapping[int, float]) -> Said:
    """How many times fewer multiply-adds one pass takes."""
    many, way = saving(made.ratio)
    work = f"{windows(made)} take{'s' if made.track.total == 1 else ''} {giga(made.all_macs)}"
    text = f"{way} multiply-adds in one pass: {work}, one pass {giga(made.once.macs)}."
    right = made.right()
    more = [("places whose class is true", f"{right[0]} of {right[1]}")] if right else []
    reading = Reading(times(many), "×", text, more=more)
    return reading, how_many_times(made.picture.key, ratios), products(made), of_time(made)


def scaled(made: Raced, usual: int) -> str:
    """What a window that is not the usual one does to the picture, or to the comparison. Empty where it is the usual.

    Args:
        made: The race.
        usual: Side of the classifier's own window without zeros around its maps, pixels.

    >>> from types import SimpleNamespace as Given
    >>> scaled(Given(track=Given(zoom=2.0, own=32, stride=16)), 32).partition(": ")[2]
    'a window covers 16 px of it, and 16 px from one to the next are 8.'
    """
    track, said = made.track, []
    if track.own != usual:
        said.append(
            f"With zeros around each map the network's window is {track.own} × {track.own} px, not {usual} × {usual}"
        )
        said[0] += ": how many times fewer cannot be compared with the other paddings."
    if track.zoom != 1:
        side, step = track.own / track.zoom, track.stride / track.zoom
        takes = f"The network takes {track.own} × {track.own} px. The picture is scaled by {track.zoom:.3g}"
        said.append(
            f"{takes}: a window covers {side:.3g} px of it, and {track.stride} px from one to the next are {step:.3g}."
        )
    return " ".join(said)


def how_many_times(picture: str, ratios: Mapping[int, float]) -> Question | None:
    """What one pass saves at a stride that the picture draws; None where strides do not differ, or nothing is saved."""
    choices = list(dict.fromkeys(f"{times(ratio)} times" for ratio in sorted(ratios.values())))
    if len(choices) < 2 or min(ratios.values()) < 1:
        return None
    strides = sorted(ratios)
    stride = strides[lot(f"{picture} stride", len(strides))]
    text = f"A window every {stride} px: one pass takes how many times fewer multiply-adds than all windows?"
    right = f"{times(ratios[stride])} times"
    known = ", ".join(f"{one} px: {times(ratios[one])}" for one in strides[::-1])
    why = f"{known}. The closer the windows, the more of their work is the same, and one pass does it once."
    return Question(text, choices, choices.index(right), why, ("reading", "race/work", "numbers"), picture)


def products(made: Raced) -> str:
    """The large number from the shapes that ran."""
    rows, columns = made.track.shape
    each, once = tex(made.window_macs), tex(made.once.macs)
    return (
        f"{rows} × {columns} windows of {made.track.own} × {made.track.own} px, a window every {made.track.stride} px. "
        "Multiply-adds, counted on the shapes:\n\n"
        rf"$$\frac{{{rows} \cdot {columns} \cdot {each}}}{{{once}}} = \frac{{{tex(made.all_macs)}}}{{{once}}}"
        rf" = {made.ratio:.2f}$$"
    )


def trained(found: Sequence[Mapping[str, Any]]) -> str:
    """How often the classifier is right, from its result file; nothing where there is none."""
    if not found:
        return ""
    run, command = found[0]["runs"][0], found[0]["command"]
    share, scenes = 100 * run["metrics"]["accuracy"], run["test"]["scenes"]
    text = f"Our result file: the classifier names {share:.1f} % of the patches of {scenes} unseen scenes correctly."
    return f"\n\n{text} Retrain it yourself: `{command}`."


def of_time(made: Raced) -> str:
    """What the race showed, for the end of the lesson."""
    apart = float((made.windows.logits - made.once.logits[: made.windows.done]).abs().max())
    all_of_them = "its one score" if made.track.total == 1 else f"all {made.track.total} scores"
    said = f"At the end of the batch in which one pass got {all_of_them}, the window had {made.windows.done}."
    same = (
        f"These differ by {tiny(apart)} at most" if apart < SMALL else f"These differ by up to {tiny(apart)}"
    )
    return f"{said} {same}, since {PADDED[made.track.padding]}."


# ---- one layer, two forms --------------------------------------------------------------------------------
def of_weights(made: Weighed) -> Said:
    """The largest difference between matrix and convolution."""
    forms = made.forms
    outputs, side = len(forms.matrix), forms.side
    text = (
        f"largest difference of {outputs} outputs: matrix against {side} × {side} convolution, on this patch."
    )
    reading = Reading(tiny(forms.difference), "", text)
    kernel = f"{forms.channels} × {side} × {side}"
    seen = f"A matrix of {outputs} × {len(forms.inputs)} is {outputs} kernels of {kernel}."
    seen += f" Both give the same {outputs} numbers, to {tiny(forms.difference)}."
    return reading, where_it_goes(made), index_of(made), seen


def where_it_goes(made: Weighed) -> Question:
    """The column of a drawn weight of a kernel; for a 1 × 1 kernel its channel."""
    forms, key = made.forms, f"{made.picture.key} {made.forms.number}"
    side, channels = forms.side, forms.channels
    channel, row, column = lot(f"{key} c", channels - 2) + 1, lot(f"{key} r", side), lot(f"{key} q", side)
    if side > 1 and row == column == 0:
        row = 1
    right = channel * side**2 + row * side + column
    others = [
        (row * side + column) * channels + channel,
        channel * side**2 + column * side + row,
        right + 1,
        right - 1,
    ]
    wrong = [one for one in dict.fromkeys(others) if one != right]
    drawn = lot(f"{key} wrong", max(len(wrong) - 1, 1))
    offered = sorted({right, *(wrong[drawn:] + wrong[:drawn])[:3]})
    text = f"Channel {channel}, row {row}, column {column} of a kernel (from 0): which column of the matrix?"
    why = f"{channel} · {side * side} + {row} · {side} + {column} = {right}: "
    why += "flattening goes through the rows of a channel, then through the channels."
    said = [f"{one:,}" for one in offered]
    return Question(text, said, offered.index(right), why, ("weights/place", "numbers"), key)


def index_of(made: Weighed) -> str:
    """Where the selected weight stands in both forms, and its product."""
    forms, (channel, row, column) = made.forms, made.place
    side, weight, value = (
        forms.side,
        float(forms.matrix[made.unit, made.column]),
        float(forms.inputs[made.column]),
    )
    sums = rf"{channel} \cdot {side * side} + {row} \cdot {side} + {column} = {made.column}"
    total, bias = float(forms.connected[made.unit]), float(forms.bias[made.unit])
    return (
        f"Unit {made.unit} of layer {forms.number + 1}: the weight of channel {channel}, row {row}, column {column} "
        f"stands in column\n\n$${sums}$$\n\nIt adds\n\n$${weight:.4f} \\cdot {value:.4f} = {weight * value:.4f}$$\n\n"
        f"to the unit's output\n\n$$\\sum_{{c,r,q}} w_{{crq}}\\,x_{{crq}} + b = {total - bias:.4f} + ({bias:.4f}) "
        f"= {total:.4f}$$"
    )


# ---- sizes -----------------------------------------------------------------------------------------------
def of_sizes(made: Sized) -> Said:
    """How many scores a picture of this size gets."""
    (rows, columns), (height, width) = made.scores, made.size
    title, own = made.classifier.title, made.classifier.own
    if not rows:
        text = f"{title} has no score for {width} × {height} px: it needs {own} × {own}."
        reading = Reading("0", "scores", text)
        seen = f"{width} × {height} px are too few for {title}: its kernels need {own}. From there on any size will do."
    else:
        ratio = made.windows_macs / made.pass_macs
        many, way = saving(ratio)
        crops = "1 crop takes" if rows * columns == 1 else f"{rows * columns} crops take"
        work = f"{crops} {giga(made.windows_macs)}, one pass {giga(made.pass_macs)}"
        scores = "score" if rows * columns == 1 else "scores"
        also = f": {many:.1f} times {way}" if rows * columns > 1 else ""
        text = f"{scores} of {title} for {width} × {height} px. {work}{also}."
        reading = Reading(f"{columns} × {rows}", "", text)
        seen = f"{title} answers once for {own} × {own} px, and {rows * columns} times for {width} × {height} px."
        if rows * columns > 1:
            seen += f" One pass then takes {many:.1f} times {way} multiply-adds than the crops."
    return reading, how_many_scores(made), ledger(made), seen


def how_many_scores(made: Sized) -> Question:
    """The size of the score map of a drawn picture."""
    classifier, key = made.classifier, f"{made.picture.key} {made.classifier.name}"
    fitting = [side for side in ASKED_SIDES if classifier.scores((side, side))[0] > 1]
    side = fitting[lot(key, len(fitting))]
    right = classifier.scores((side, side))[0]
    wrong = [side // 32, 1, right + 1, right - 1 if right > 2 else right + 2]
    first = lot(f"{key} wrong", 3)
    offered = sorted(
        {right, *[one for one in dict.fromkeys(wrong[first:] + wrong[:first]) if one != right][:3]}
    )
    text = f"{classifier.title}, fully convolutional, on {side} × {side} px: how large is its score map?"
    last = [layer for layer in classifier.layers if not layer.connected][-1]
    before = classifier.sizes((side, side))[classifier.layers.index(last)][0]
    kernel = classifier.layers[classifier.layers.index(last) + 1].kernel
    why = f"{last.name} gives {before} × {before} cells, in which a {kernel} × {kernel} kernel has "
    why += f"{before} − {kernel} + 1 = {right} places each way."
    said = [f"{one} × {one}" for one in offered]
    return Question(
        text, said, offered.index(right), why, ("sizes/ledger", "reading", "numbers"), f"{key} sizes"
    )


def ledger(made: Sized) -> str:
    """The first fully connected layer's inputs, as it needs them and as the picture gives them."""
    layers, sizes = made.classifier.layers, made.classifier.sizes(made.size)
    place = next(k for k, layer in enumerate(layers) if layer.connected)
    first = layers[place]
    need = rf"{first.inputs} \cdot {first.kernel} \cdot {first.kernel} = {tex(first.connected)}"
    text = f"{first.name} of {made.classifier.title} multiplies a row of\n\n$${need}$$\n\nnumbers."
    if len(sizes) < place:
        return f"{text} This picture is too small even for {layers[len(sizes)].name}."
    high, wide = sizes[place - 1]
    gives = rf"{first.inputs} \cdot {high} \cdot {wide} = {tex(first.inputs * high * wide)}"
    rows, columns = high - first.kernel + 1, wide - first.kernel + 1
    slides = f"{high} - {first.kernel} + 1 = {rows}, \\qquad {wide} - {first.kernel} + 1 = {columns}"
    fits = min(rows, columns) > 0
    where = "The convolution with the same weights has" if fits else "Even the convolution would have"
    return f"{text} This picture gives\n\n$${gives}.$$\n\n{where}\n\n$${slides}$$\n\nplaces down and across."


# ---- three answers ---------------------------------------------------------------------------------------
def of_tasks(made: Told) -> Said:
    """How many objects of the selected class there are, and how many regions the semantic map has of it."""
    objects, name = len(made.objects), made.name
    found = f"{objects} instance{'' if objects == 1 else 's'} of {name} with a score of at least ½"
    many = f"region{'' if made.regions == 1 else 's'} of {name}"
    text = f"{many} in the semantic map, {found}."
    more = [("its probability here", f"{made.probs[made.label, made.pixel[1], made.pixel[0]]:.3f}")]
    seen = f"The semantic map has {made.regions} {many}; the detector, {found}."
    seen += " Only the map has stuff, only the instances have numbers."
    if made.things[0] == made.things[1]:
        seen += (
            " In this picture no two instances of a class became one region: press › for one where they do."
        )
    return Reading(str(made.regions), "", text, more=more), more_or_fewer(made), probability(made), seen


def more_or_fewer(made: Told) -> Question | None:
    """Whether the semantic map's regions of things are as many as the instances."""
    things, regions = made.things
    text = f"The detector marks {things} instances. How many regions do the same classes have in the semantic map?"
    choices = ("Fewer", f"Just {things}", "More")
    why = f"{regions} regions: instances of a class that touch are one region, and one that is cut in two is two."
    answer = 0 if regions < things else 1 if regions == things else 2
    about = f"{made.picture.key} instances"
    return Question(text, choices, answer, why, ("tasks/Semantic map", "reading", "numbers"), about)


def probability(made: Told) -> str:
    """The classes at the selected pixel."""
    x, y = made.pixel
    values = made.probs[:, y, x]
    order = values.argsort()[::-1][:4]
    names = made.answers.semantic.names
    listed = "\n".join(f"- {names[k]}: ${values[k]:.4f}$" for k in order)
    return f"The semantic branch at pixel ({x}, {y}), its largest probabilities:\n\n{listed}\n\nAll nine add up to $1$."


def windows(made: Raced) -> str:
    """Their number, in words."""
    return "1 window" if made.track.total == 1 else f"{made.track.total:,} windows"
