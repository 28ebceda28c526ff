// The arithmetic of what is drawn: pixels near a boundary, and what became of a prediction. Pure, no DOM; the band as
// lecture_models/evaluation/bands.py has it.
export const VOID = 255;

// Pixels with a known pixel of another label within `width`, diagonals counting as one step: 1 or 0 each.
export const nearBoundary = (labels, [high, wide], width) => {
  let low = Array.from(labels);
  let most = low.map((label) => (label === VOID ? -1 : label));
  const along = (values, pick, step, count, stride, lines) => {
    const found = values.slice();
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < count; i++) {
        const at = line * stride + i * step;
        if (i > 0) found[at] = pick(found[at], values[at - step]);
        if (i < count - 1) found[at] = pick(found[at], values[at + step]);
      }
    return found;
  };
  for (let k = 0; k < width; k++) {
    low = along(along(low, Math.min, 1, wide, wide, high), Math.min, wide, high, 1, wide);
    most = along(along(most, Math.max, 1, wide, wide, high), Math.max, wide, high, 1, wide);
  }
  return Uint8Array.from(labels, (label, i) => (label !== VOID && low[i] !== most[i] ? 1 : 0));
};

// What became of each pixel: 0 the same, 1 now right, 2 now wrong, 3 another wrong class, or 4 where nobody knows.
export const changes = (trained, now, truth) =>
  Uint8Array.from(now, (label, i) => {
    if (label === trained[i]) return 0;
    if (!truth || truth[i] === VOID) return 4;
    if (label === truth[i]) return 1;
    return trained[i] === truth[i] ? 2 : 3;
  });

// Which pixels are wrong: 1 or 0 each.
export const errors = (labels, truth) =>
  Uint8Array.from(labels, (label, i) => (truth[i] !== VOID && label !== truth[i] ? 1 : 0));
