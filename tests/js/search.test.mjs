// The search's matching, and the order of the lecture: pure, so without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { following } from "../../demos/draw/order.js";
import { find, folded, pieces, place, prepared } from "../../demos/draw/search_sums.js";

const INDEX = prepared({
  lessons: [
    { title: "Cropping features", also: ["A3"], text: "RoIPool rounds your box, RoIAlign rounds nothing." },
    { title: "Panoptic", also: ["C1"], text: "Each pixel has one owner." },
  ],
  terms: [
    { title: "RoIAlign", text: "Reads the feature map between its cells." },
    { title: "IoU", also: ["intersection over union"], text: "The area that two regions share." },
    { title: "mIoU", text: "The mean over classes." },
    { title: "U-Net", text: "A network with skips." },
    { title: "radiosity", text: "Radio using waves is none of the lecture's." },
    { title: "Poincaré map", text: "An accent." },
    { title: "anchor", text: "A box to begin with." },
  ],
  operators: [
    { title: "roi_align", text: "Bilinear values of each bin." },
    { title: "trace_roi_align", text: "The same with all values." },
    { title: "misaligned", text: "A word with another inside." },
  ],
  papers: [{ title: "Panoptic Segmentation", also: ["Kirillov et al. 2019"] }],
});
const titles = (query, kind) =>
  find(query, INDEX)
    .filter((group) => !kind || group.kind === kind)
    .flatMap(({ found }) => found.map(({ entry }) => entry.title));
const best = (query) => titles(query)[0];

test("case, hyphens, spaces, lines below and accents make no difference", () => {
  for (const query of ["roi align", "RoIAlign", "roi-align", "ROI_ALIGN", "  roialign "]) {
    assert.equal(best(query), "RoIAlign", query);
    assert.ok(titles(query, "operators").includes("roi_align"), query);
  }
  assert.equal(best("iou"), "IoU");
  assert.equal(best("unet"), "U-Net");
  assert.equal(best("poincare"), "Poincaré map");
  assert.equal(best("POINCARÉ"), "Poincaré map");
  assert.equal(best("Poincare\u0301"), "Poincaré map");
});

test("the beginning of a title comes before a word of it, that before its inside, that before texts", () => {
  assert.deepEqual(titles("align", "operators"), ["roi_align", "trace_roi_align", "misaligned"]);
  assert.deepEqual(titles("iou", "terms"), ["IoU", "mIoU"]);
  assert.deepEqual(titles("roi align"), ["RoIAlign", "roi_align", "trace_roi_align", "Cropping features"]);
});

test("what begins inside of a word ends with it", () => {
  assert.ok(!titles("iou").includes("radiosity"), "radIO Using");
  assert.ok(titles("radio us").includes("radiosity"), "but words may be run together from their beginning");
});

test("kinds stand in the order of their best", () => {
  const kinds = (query) => find(query, INDEX).map(({ kind }) => kind);
  assert.deepEqual(kinds("panoptic"), ["lessons", "papers"]);
  assert.deepEqual(kinds("roi align"), ["terms", "operators", "lessons"]);
  assert.deepEqual(kinds("a3"), ["lessons"]);
});

test("words in another order are found, and plurals", () => {
  assert.equal(best("segmentation panoptic"), "Panoptic Segmentation");
  assert.equal(best("kirillov panoptic"), "Panoptic Segmentation");
  assert.equal(best("anchors"), "anchor");
  assert.deepEqual(titles("panoptic zebra"), []);
});

test("nothing is found for nothing, for signs alone and for what is nowhere", () => {
  for (const query of ["", " ", "?!", "[", "\\", "qwxyz"]) assert.deepEqual(find(query, INDEX), [], query);
});

test("what has matched is marked, and pieces put together are the text", () => {
  const [{ found }] = find("over union", INDEX);
  assert.deepEqual(found[0].also, [["intersection ", "over union", ""]]);
  const [group] = find("roi align", INDEX);
  assert.deepEqual(group.found[0].title, ["", "RoIAlign", ""]);
  for (const query of ["a", "roi", "the", "poincare", "kirillov panoptic"])
    for (const { found: all } of find(query, INDEX))
      for (const { entry, title, also, text } of all) {
        assert.equal(title.join(""), entry.title);
        assert.deepEqual(
          also.map((one) => one.join("")),
          entry.also ?? [],
        );
        assert.equal(text.join(""), entry.text ?? "");
      }
});

test("marks never overlap", () => {
  assert.deepEqual(
    pieces("abcdef", [
      [2, 4],
      [0, 3],
    ]),
    ["", "abc", "def"],
  );
  assert.deepEqual(pieces("", []), [""]);
});

test("a word begins after a sign and at a capital", () => {
  const firsts = (text) => {
    const { letters, begins } = folded(text);
    return [...letters].filter((_, i) => begins[i]).join("");
  };
  assert.equal(firsts("RoIAlign of an IoU"), "riaoaiu"); // R o|I|Align
  assert.equal(firsts("roi_align-2d"), "ra2");
  assert.equal(place("", folded("x")), null);
});

test("one goes on after the lesson visited last, and around", () => {
  const names = ["a", "b", "c", "d"];
  assert.equal(following(names, []), "a");
  assert.equal(following(names, ["a"]), "b");
  assert.equal(following(names, ["a", "c"]), "d");
  assert.equal(following(names, ["d", "c"]), "a");
  assert.equal(following(names, ["gone", "b"]), "c");
  assert.equal(following(names, names), "a");
});
