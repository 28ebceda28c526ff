"""Label sets are those that are published, and relations between their labels agree with each other."""

from __future__ import annotations

import json
from itertools import product

import pytest

from lecture_models import label_sets
from lecture_models.classes import SAME_CLASS
from lecture_models.label_sets import carried, related, relation
from lecture_models.scenes import CLASSES, STUFF

SETS = label_sets.label_sets()
LABELS = [label for one in SETS.values() for label in one.labels]
PUBLISHED = {"coco": (80, 53), "vistas": (37, 28), "cityscapes": (8, 11), "ade20k": (100, 50)}
MIRROR = {
    "exact": "exact",
    "broader": "narrower",
    "narrower": "broader",
    "overlaps": "overlaps",
    "none": "none",
}


def test_as_many_things_and_stuff_as_are_published():
    assert {key: (SETS[key].things, SETS[key].stuff) for key in PUBLISHED} == PUBLISHED
    for one in SETS.values():
        assert len({label.name for label in one.labels}) == len(one.labels)
        assert one.source


def test_names_are_those_of_the_files_but_for_spaces_at_their_ends():
    listed = json.loads((label_sets.HERE / "label_sets.json").read_text(encoding="utf8"))
    for key, one in listed.items():
        given = {name.strip(): "things" for name in one["things"]} | {
            name.strip(): "stuff" for name in one["stuff"]
        }
        assert given == {label.name: "things" if label.thing else "stuff" for label in SETS[key].labels}


def test_the_scenes_own_set_is_the_scenes():
    own = {label.name: label.thing for label in SETS["scenes"].labels}
    assert own == {name: name not in STUFF for name in CLASSES}


def test_every_listed_meaning_is_of_a_label_and_every_union_is_used():
    concepts = label_sets._concepts()
    for key, listed in concepts["labels"].items():
        for name in listed:
            assert SETS[key][name]
    used = set().union(*(label.meaning for label in LABELS))
    for concept in concepts["unions"]:
        assert label_sets.leaves(concept) & used, concept


def test_relations_are_mirrored():
    some = [label for label in LABELS if label.set in ("scenes", "cityscapes", "vistas")]
    for one, other in product(some, LABELS):
        assert MIRROR[relation(one, other)] == relation(other, one)
    assert all(relation(one, one) == "exact" for one in LABELS)


@pytest.mark.parametrize("key", SETS)
def test_labels_of_one_set_share_nothing(key: str):
    """A pixel has one label; so what two labels of a set mean has nothing in common."""
    labels = SETS[key].labels
    for k, one in enumerate(labels):
        assert [other.name for other in labels[k + 1 :] if one.meaning & other.meaning] == [], one.name


def test_road_and_person_in_each():
    road, person = SETS["cityscapes"]["road"], SETS["cityscapes"]["person"]
    assert [(one.name, how) for one, how in related(road, "coco")] == [("road", "exact")]
    assert [(one.name, how) for one, how in related(road, "ade20k")] == [("road, route", "exact")]
    parts = {one.name for one, how in related(road, "vistas") if how == "narrower"}
    assert {"Road", "Bike Lane", "Lane Marking - General", "Crosswalk - Plain", "Manhole"} <= parts
    assert [(one.name, how) for one, how in related(person, "coco")] == [("person", "broader")]
    assert [(one.name, how) for one, how in related(person, "vistas")] == [("Person", "exact")]


def test_thing_or_stuff_is_a_choice():
    """The two examples of the theory."""
    light = {
        key: [one.thing for one, _ in related(SETS["cityscapes"]["traffic light"], key)] for key in PUBLISHED
    }
    assert light == {"coco": [True], "vistas": [True], "cityscapes": [False], "ade20k": [True]}
    fence = {key: [one.thing for one, _ in related(SETS["cityscapes"]["fence"], key)] for key in PUBLISHED}
    assert fence == {"coco": [False], "vistas": [False], "cityscapes": [False], "ade20k": [True]}


def test_a_class_is_carried_to_the_same_or_to_the_least_that_is_broader():
    own = SETS["scenes"]
    became = {key: {one.name: carried(one, key) for one in own.labels} for key in PUBLISHED}
    names = {
        key: {name: label.name if label else None for name, label in one.items()}
        for key, one in became.items()
    }
    assert [names[key]["cone"] for key in PUBLISHED] == [None] * 4
    assert names["vistas"]["road"] is None, "it has only Road and Lane Marking, and nothing says which"
    assert [names[key]["road"] for key in ("coco", "cityscapes", "ade20k")] == ["road", "road", "road, route"]
    assert names["ade20k"]["crate"] == "box"
    assert names["coco"]["ball"] == next(iter(SAME_CLASS)), "as networks of COCO are read here"
    for key, one in became.items():
        for name, label in one.items():
            assert label is None or own[name].meaning <= label.meaning, (key, name)


def test_every_fact_has_its_source():
    facts = label_sets.facts()
    assert set(facts) == set(PUBLISHED)
    for one in facts.values():
        values = [name for name in one if not name.endswith("_source")]
        assert values == ["year", "pictures", "licence", "challenges"]
        assert all(one[f"{name}_source"] for name in values)


def test_an_unknown_label_is_told():
    with pytest.raises(ValueError, match=r"COCO panoptic has no label “unicorn”. Choose one of its 133"):
        SETS["coco"]["unicorn"]
