"""What the search finds: lessons, operators, terms and papers, as one list for the browser, which does the finding.

The matching is in demos/draw/search_sums.js. The list is made when it is first asked for, since who shows an operator
is read from the lessons' own functions, for which torch must be there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from demos.ui import slots
from demos.ui.glossary import Glossary
from demos.ui.lesson import Part
from demos.ui.served import tagged


@dataclass(frozen=True)
class Operator:
    """A function of the lecture's operators.

    Args:
        name: as in the code.
        does: first line of its docstring.
        file: where it is.
        lesson: name of the lesson that shows or uses it, or ''.
        shows: whether "Show the code" of that lesson prints it.
    """

    name: str
    does: str
    file: str
    lesson: str = ""
    shows: bool = False


class Search:
    """The list of all that can be found.

    Args:
        syllabus: the parts with their lessons.
        glossary: terms and papers.
        operators: finds the operators of a syllabus; may take a while.
    """

    def __init__(
        self,
        syllabus: Sequence[Part],
        glossary: Glossary,
        operators: Callable[[Sequence[Part]], Iterable[Operator]] = lambda _: (),
    ) -> None:
        self.syllabus, self.glossary, self.operators = syllabus, glossary, operators
        self._made = b""

    async def answer(self, headers: Mapping[str, str]) -> Response:
        """The list as JSON."""
        if not self._made:
            self._made = await slots.compute(self._make)
        return tagged(self._made, "application/json", headers)

    def _make(self) -> bytes:
        lessons = [one for part in self.syllabus for one in part.lessons]
        numbers = {one.name: f"{one.number} {one.title}" for one in lessons}
        listed = {
            "lessons": [
                {
                    "title": one.title,
                    "also": [one.number],
                    "name": one.name,
                    "text": f"{one.asks} {one.point}",
                }
                for one in lessons
            ],
            "operators": [_operator(one, numbers) for one in self.operators(self.syllabus)],
            "terms": [
                {"title": one.names[0], "also": one.names[1:], "name": one.key, "text": one.says}
                for one in self.glossary.entries
            ],
            "papers": [
                {"title": one.title, "also": one.cited, "link": one.link} for one in self.glossary.papers
            ],
        }
        return json.dumps(listed, ensure_ascii=False).encode()


def _operator(one: Operator, numbers: Mapping[str, str]) -> dict[str, Any]:
    where = numbers.get(one.lesson, "")
    return {
        "title": one.name, "text": one.does, "file": one.file,
        "lesson": one.lesson, "where": where, "shows": one.shows,
    }  # fmt: skip
