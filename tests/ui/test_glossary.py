"""The glossary: its entries are sound, they are used, and no word of the texts is left without one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import demos
from demos.ui import glossary, page
from demos.ui.glossary import Entry

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = glossary.read()
LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
every_entry = pytest.mark.parametrize("entry", GLOSSARY.entries, ids=lambda entry: entry.key)

TECHNICAL = re.compile(
    r"\b[A-Z]{2,}\d*\b|\b\w*[a-z][A-Z]\w*|\b[A-Z]+\d+\b"  # abbreviations, words with a capital inside, P2
    r"|\b\w*(?:convolut|entrop|interpol|normali[sz]|softmax|sigmoid|logit|anchor|backbone|pyramid|dilat|gradient"
    r"|epoch|kernel|suppress|proposal|objectness|stride|receptive|panoptic|semantic|autograd|ablation|multinomial"
    r"|precision|recall|bilinear|deconv|occlu|detect|tensor)\w*"
)
PLAIN = {"PNG", "JPEG", "JSON", "NPZ", "API"}  # kinds of files, and gradio's own word
SPOKEN = {"suppressed": "is told where it stands", "mask_sigmoid": "a name in a command"}
CODE = re.compile(r"\$\$.+?\$\$|\$.+?\$|`.+?`", re.DOTALL)


def unexplained(text: str) -> list[str]:
    """Technical words of a text that no entry explains."""
    words = TECHNICAL.findall(re.sub(GLOSSARY.pattern, " ", CODE.sub(" ", text)))
    return [word for word in words if word not in PLAIN and word.lower() not in SPOKEN]


def test_the_list_is_as_large_as_the_lecture():
    assert len(GLOSSARY.entries) >= 60
    for word in ("RoI", "IoU", "AP", "logit", "delta", "anchor", "objectness", "stride", "P4", "MAC", "NMS"):
        assert GLOSSARY.found(word), word
    for phrase in ("forward pass", "panoptic segmentation", "receptive field", "mIoU", "skip connections"):
        assert GLOSSARY.found(phrase), phrase


@every_entry
def test_an_entry_is_one_sentence(entry: Entry):
    assert re.fullmatch(r"[A-Z].*[^.:;][.?]", entry.says), entry.says
    assert not re.search(r"[.?!] [A-Z]", entry.says), entry.says
    assert len(entry.says) <= 120
    assert len(entry.formula) <= 70


@every_entry
def test_an_entry_needs_no_word_that_has_none(entry: Entry):
    assert not unexplained(entry.says)


@every_entry
def test_an_entry_is_found_by_all_its_names(entry: Entry):
    for name in entry.names:
        assert GLOSSARY.found(f"Of the {name}: what?") == [entry.key]
        assert " " in name or entry.key not in GLOSSARY.found(f"x{name}y")


@every_entry
def test_an_entry_of_part_a_is_used(entry: Entry):
    if entry.part == "A":
        assert entry.key in USED
    assert entry.part in [part.letter for part in demos.SYLLABUS]


def _used() -> set[str]:
    """Keys of terms in all files that texts of the page are from, and in the glossary's own sentences."""
    kinds = (".py", ".js", ".md")
    files = [file for file in (ROOT / "demos").rglob("*") if file.suffix in kinds]
    files += [ROOT / "lecture_models" / "papers.py", *(ROOT / "lecture_models" / "autopsy").glob("*.py")]
    texts = [
        file.read_text(encoding="utf8") for file in files if file.name not in ("glossary.py", "sketches.js")
    ]
    texts += [entry.says for entry in GLOSSARY.entries]
    return {key for text in texts for key in GLOSSARY.found(text)}


USED = _used()


def test_names_and_papers_are_there_once():
    names = [name.lower() for entry in GLOSSARY.entries for name in entry.names]
    assert len(names) == len(set(names))
    cited = [text for paper in GLOSSARY.papers for text in paper.cited]
    assert len(cited) == len(set(cited))
    assert len({paper.link for paper in GLOSSARY.papers}) == len(GLOSSARY.papers)


def test_papers_have_safe_links_that_name_them():
    arxiv = r"https://arxiv\.org/abs/\d{4}\.\d{5}|https://arxiv\.org/abs/1[0-4]\d\d\.\d{4}|https://doi\.org/10\.\S+"
    assert not [paper.link for paper in GLOSSARY.papers if not re.fullmatch(arxiv, paper.link)]
    known = {paper.key for paper in GLOSSARY.papers}
    assert {entry.paper for entry in GLOSSARY.entries if entry.paper} <= known
    assert not [entry.key for entry in GLOSSARY.entries if entry.section and not entry.paper]


def test_sketches_are_there_and_used():
    script = (ROOT / "demos" / "draw" / "sketches.js").read_text(encoding="utf8")
    drawn = set(re.findall(r"\w+", script.partition("SKETCHES = {")[2]))
    assert {entry.sketch for entry in GLOSSARY.entries if entry.sketch} == drawn


def test_plurals_capitals_and_line_ends_are_the_same_word():
    text = "Anchors and proposals; probabilities, losses, biases, RoIs, forward\n  passes. Feature maps."
    assert GLOSSARY.found(text) == [
        "anchor", "proposal", "probability", "loss", "bias", "roi", "forward_pass", "feature_map"
    ]  # fmt: skip
    assert GLOSSARY.found("ap, iou and Macs; anchored, headline, losslessly, cabinet") == []


def test_the_longest_term_wins():
    assert GLOSSARY.found("Mask R-CNN's mask head") == ["mask_rcnn", "mask_head"]
    assert GLOSSARY.found("AP75 of masks") == ["ap75", "mask"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_point_and_theory_explain_their_words(lesson):
    assert not unexplained(lesson.point)
    assert not unexplained(lesson.theory)


def test_labels_explain_their_words(url: str):
    import app

    parts = [one for one in app.demo.config["components"] if one["type"] != "tabitem"]  # "A1  Vision tasks"
    labels = [str(part["props"].get(name) or "") for part in parts for name in ("label", "info")]
    assert len(labels) > 50
    assert not [label for label in labels if unexplained(label)]


def test_captions_and_theory_cite_papers_of_the_list():
    from lecture_models import papers

    captions = [value.caption for value in vars(papers).values() if isinstance(value, papers.Published)]
    for text in [*captions, *(lesson.theory for lesson in LESSONS)]:
        left = re.sub(GLOSSARY.pattern, " ", CODE.sub(" ", text))
        assert not re.findall(r"\b(?:19|20)\d\d\b", left), f"a citation that is no link: {left}"


def test_what_comes_with_the_page_is_small_and_cannot_end_its_script():
    head = page.head(page.files())
    known = head.partition('id="ww-terms">')[2].partition("</script>")[0]
    assert "<" not in known
    assert len(known) < 14_500
    assert GLOSSARY.entries[0].says not in head
