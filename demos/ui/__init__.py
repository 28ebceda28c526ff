"""The frame of the page: everything that lessons share, and nothing that belongs to one lesson.

How to write a lesson: one folder, ``demos/<name>/``; its ``lesson.py`` always in this order.

1.  A docstring of one line; the tab's "Theory and paper" is ``theory.md`` beside it (Markdown, LaTeX between ``$``).
2.  Constants.
3.  ``compute(...)``: settings to a trace (lecture_models.studies does the work; torch is imported inside the
    functions, since the page must answer before torch is there).
4.  ``update(picture="scene:42", ...)``: settings to a mapping ``{output key: value}``. A pure function; all
    parameters have defaults, each is described under ``Args:``. Values are the records of
    :mod:`demos.records` (:class:`Panels`, :class:`Reading`, :class:`Table`), a frozen dataclass for a board of the
    lesson's own, or what the gradio component takes. Every lesson returns ``question`` (a :class:`Question`, whose
    answer was computed from these settings, drawn by :mod:`demos.questions`, with the ``veils`` of what would give it
    away), ``numbers`` (Markdown: one value multiplied out) and ``seen`` (what this run showed, in a sentence or two).
5.  ``build(screen)``: the widgets, at most 40 lines.
6.  ``LESSON = Lesson(...)``; then one line in ``demos/__init__.py`` and a test. What the guided path asks to reach
    in the lesson stands in ``tasks.py`` (:class:`Task`).

    def update(picture: str = "scene:42", box: str = "60,80,150,170", level: str = "P4") -> dict:
        '''Crop a box of the picture's features.

        Args:
            picture: key of the picture, such as scene:42.
            box: x0,y0,x1,y1 in picture pixels.
            level: level of the pyramid, P2 to P5.
        '''
        ...
        said = {"question": Question(...), "numbers": "…", "seen": "…"}
        return {"stage": Panels(...), "error": Reading("1.7", "px", "..."), **said}

    def build(screen: Screen) -> None:
        with screen.left:
            screen.stage("stage", label="Drag the box", select="box", key="box")
        with screen.right:
            screen.control("level", gr.Radio(["P2", "P3", "P4", "P5"], value="P4", label="Level"))
            screen.reading("error")
        with screen.row:
            screen.stage("crops", label="What each operator pools", columns=4)

``screen.board(name, script, label=…)`` is a component of the lesson's own JavaScript (a function of its board.js),
which may follow the finger: see demos/draw/board.js, and :mod:`demos.ui.stage` for the events. With ``key=`` it is a
setting too, a point that the learner chooses on it. A board, table or reading of value None hides itself.
``screen.run(…)`` is for work that takes longer than a second: a generator that yields :class:`Progress` and results,
with Start and Stop (:mod:`demos.ui.runs`).
``screen.dropped(…)`` is a place for a visitor's zip file or folder, whose key is a setting (:mod:`demos.ui.dropped`).
A setting named ``network`` is a name of the zoo: before ``update`` is asked, the frame brings its weights here, with a
progress bar, and apart from the line of the lessons (:mod:`demos.ui.slots`).

The names of ``update``'s parameters are the keys of stage selections and controls (:func:`wiring.check` raises
when the page is built if they differ), the endpoint ``/<name>``'s parameters and the permalink's query keys.
A ``raise ValueError("what must hold; what came; what to do")`` in lecture_models reaches the visitor as that
sentence; anything else is a bug and keeps its traceback in the log.
"""

from demos.records import Box, Knows, Panel, Panels, Progress, Question, Reading, Table, Task, Verdict
from demos.ui.lesson import Lesson, Part
from demos.ui.screen import Screen

__all__ = [
    "Box",
    "Knows",
    "Lesson",
    "Panel",
    "Panels",
    "Part",
    "Progress",
    "Question",
    "Reading",
    "Screen",
    "Table",
    "Task",
    "Verdict",
]
