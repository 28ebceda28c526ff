// Names of boxes: where each stands, and which would cover another. Pure arithmetic.

const HIGH = 14; // CSS pixels of a name
const LETTER = 6.6; // of its letters, on average
const PADDING = 8;

// For each {box, text}, best first, in a picture of size [height, width] drawn `wide` CSS pixels wide:
// {left, top} in per cent, `east` (it ends at the box's right edge), `low` (it hangs inside) and `hidden`.
export const place = (chips, [height, width], wide) => {
  const scale = wide / width;
  const taken = [];
  return chips.map(({ box: [x0, y0, x1], text }) => {
    const [east, low] = [x0 > 0.6 * width, y0 < 0.07 * height];
    const long = LETTER * text.length + PADDING;
    const left = east ? x1 * scale - long : x0 * scale;
    const top = y0 * scale - (low ? 0 : HIGH);
    const covers = ([l, t, w]) => left < l + w && l < left + long && Math.abs(t - top) < HIGH;
    const hidden = taken.some(covers);
    if (!hidden) taken.push([left, top, long]);
    return { left: (100 * (east ? x1 : x0)) / width, top: (100 * y0) / height, east, low, hidden };
  });
};
