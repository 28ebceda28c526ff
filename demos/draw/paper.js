// A lesson on two sheets of A4, landscape: laid out as on a screen of 1366 × 768, whatever is printed from, divided
// where both sheets are filled evenly, and each made as small as it must be.
const SCREEN = { w: 1366, h: 768 };
const SHEET = { w: 1020, h: 690 }; // CSS pixels within the margins of print.css, and a little less
const SMALLER = 0.85; // a lesson that fits one sheet so much smaller stands on one

// Every rule of our own style sheets, also those within others.
function* rules(list) {
  for (const rule of list) {
    yield rule;
    if (rule.styleSheet) yield* rules(rule.styleSheet.cssRules);
    if (rule.cssRules) yield* rules(rule.cssRules);
  }
}

const ours = ({ href }) => /\/ww\/[0-9a-f]{12}\//.test(href ?? "");
const pixels = (text) => text.replace(/([\d.]+)v([wh])\b/g, (_, part, side) => `${(part * SCREEN[side]) / 100}px`);

// Rules for narrow windows do not hold, parts of the window's sides are those of the screen; returns how to undo it.
export const asOnAScreen = () => {
  const undo = [];
  const media = (rule) => {
    const before = rule.media.mediaText;
    if (!/(max|min)-width/.test(before)) return;
    rule.media.mediaText = before.includes("max-width") ? "not all" : "all";
    undo.push(() => (rule.media.mediaText = before));
  };
  const lengths = ({ style }) => {
    for (const name of Array.from(style)) {
      const [value, weight] = [style.getPropertyValue(name), style.getPropertyPriority(name)];
      if (pixels(value) === value) continue;
      style.setProperty(name, pixels(value), weight);
      undo.push(() => style.setProperty(name, value, weight));
    }
  };
  for (const sheet of [...document.styleSheets].filter(ours))
    for (const rule of Array.from(rules(sheet.cssRules))) {
      if (rule instanceof CSSMediaRule) media(rule);
      else if (rule.style) lengths(rule);
    }
  return () => undo.reverse().forEach((step) => step());
};

// Which blocks begin the second sheet: where the higher of both sheets is lowest.
export const division = (heights) => {
  const sum = (some) => some.reduce((all, one) => all + one, 0);
  const higher = (k) => Math.max(sum(heights.slice(0, k)), sum(heights.slice(k)));
  return heights.map((_, k) => k).reduce((best, k) => (higher(k) < higher(best) ? k : best), 0);
};

const end = (blocks) => Math.max(...blocks.map((block) => block.getBoundingClientRect().bottom));

// Divide blocks between two sheets, or leave them on one, and scale each sheet; returns how to undo it.
export const onSheets = (blocks) => {
  const tops = [...blocks.map((block) => block.getBoundingClientRect().top), end(blocks)];
  const heights = blocks.map((_, i) => tops[i + 1] - tops[i]); // with what is left free between them
  const whole = heights.reduce((all, one) => all + one, 0);
  const widest = SHEET.w / SCREEN.w;
  const start = whole * widest * SMALLER <= SHEET.h ? blocks.length : division(heights);
  for (const [first, last] of [
    [0, start],
    [start, blocks.length],
  ]) {
    const high = heights.slice(first, last).reduce((all, one) => all + one, 0);
    for (const block of blocks.slice(first, last)) block.style.zoom = Math.min(widest, SHEET.h / high);
  }
  blocks[start]?.classList.add("ww-sheet");
  return () => {
    for (const block of blocks) block.style.zoom = "";
    blocks[start]?.classList.remove("ww-sheet");
  };
};
