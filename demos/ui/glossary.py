"""The words of the lecture and the papers that it names: one list of each, for every text of the page.

Which words are terms is decided here, by one pattern that the browser (demos/draw/terms.js) and the tests share. The
pattern comes with the page; what the words mean is fetched when the first of them is opened.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parents[1]
CONTENT = "glossary.json"
"""Name under which the meanings are served."""


@dataclass(frozen=True)
class Paper:
    """A paper: the spellings by which texts cite it, its title, and the address where it can be read."""

    key: str
    cited: tuple[str, ...]
    title: str
    link: str


@dataclass(frozen=True)
class Entry:
    """A word of the lecture.

    Args:
        key: its name in the glossary.
        names: how texts spell it, in the singular; the first is its title. A small first letter stands for a capital
            one, too.
        says: what it means, in one sentence.
        formula: a short text, or ''.
        sketch: name of a drawing of demos/draw/sketches.js, or ''.
        paper: key of the paper where it is from, or ''.
        section: place in that paper, such as "section 3".
        part: letter of the lecture's part that first needs it.
    """

    key: str
    names: tuple[str, ...]
    says: str
    formula: str = ""
    sketch: str = ""
    paper: str = ""
    section: str = ""
    part: str = "A"


@dataclass(frozen=True)
class Glossary:
    """All entries and all papers, in the order of their files."""

    entries: tuple[Entry, ...]
    papers: tuple[Paper, ...]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Spellings in small letters, to keys."""
        return {name.lower(): entry.key for entry in self.entries for name in entry.names}

    @cached_property
    def links(self) -> Mapping[str, str]:
        """Citations to the addresses of their papers."""
        return {text: paper.link for paper in self.papers for text in paper.cited}

    @cached_property
    def pattern(self) -> str:
        """A regular expression of Python and of JavaScript: group 1 is a citation, group 2 a term.

        A term may stand in the plural; a longer one wins over those inside it; never is it a part of a longer word.
        """
        terms = "|".join(map(_spelling, _longest_first(name for one in self.entries for name in one.names)))
        cited = "|".join(_spaced(text) for text in _longest_first(self.links))
        return rf"({cited})|(?<!\w)((?:{terms})(?:e?s)?)(?!\w)"

    def found(self, text: str) -> list[str]:
        """Keys of the terms of a text, in the order of their first places."""
        terms = (match[2] for match in re.finditer(self.pattern, text))
        return list(dict.fromkeys(self.key(term) for term in terms if term))

    def key(self, term: str) -> str:
        """The key of a term as a text spells it, perhaps in the plural. Raises KeyError for any other word."""
        text = re.sub(r"\s+", " ", term).lower()
        spellings = (text, text.removesuffix("s"), text.removesuffix("es"))
        return self.names[next((one for one in spellings if one in self.names), text)]

    def spellings(self) -> dict[str, Any]:
        """What the browser needs to find terms and citations in a text."""
        return {"pattern": self.pattern, "names": self.names, "links": self.links}

    def content(self) -> bytes:
        """What the browser needs to explain the terms: entries by their keys, each with its paper, as JSON."""
        papers = {
            one.key: {"title": one.title, "cited": one.cited[0], "link": one.link} for one in self.papers
        }
        told = {one.key: asdict(one) | {"paper": papers.get(one.paper)} for one in self.entries}
        return json.dumps(told, ensure_ascii=False).encode()


@cache
def read(folder: Path = FOLDER) -> Glossary:
    """The glossary of ``glossary.toml`` and ``papers.toml``. Raises TypeError for a field that there is not."""
    entries = tuple(
        Entry(key, tuple(one.pop("names")), **one) for key, one in _tables(folder / "glossary.toml")
    )
    papers = tuple(Paper(key, tuple(one.pop("cited")), **one) for key, one in _tables(folder / "papers.toml"))
    return Glossary(entries, papers)


def _tables(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from tomllib.loads(path.read_text(encoding="utf-8")).items()


def _longest_first(texts: Any) -> list[str]:
    return sorted(texts, key=len, reverse=True)


def _spaced(text: str) -> str:
    """A text whose spaces may be line ends; without what JavaScript's strict patterns refuse."""
    return re.sub(r"([.*+?^$(){}|\[\]\\])", r"\\\1", text).replace(" ", r"\s+")


def _spelling(name: str) -> str:
    first, rest = name[0], _spaced(name[1:])
    return f"[{first.upper()}{first}]{rest}" if first.islower() else first + rest
