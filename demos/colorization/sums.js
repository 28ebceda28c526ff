// The arithmetic of the ab plane.

// The index of the bin [a, b] that is nearest to a place.
export const nearest = (bins, [a, b]) => {
  let best = 0;
  const far = ([x, y]) => (x - a) ** 2 + (y - b) ** 2;
  bins.forEach((bin, k) => {
    if (far(bin) < far(bins[best])) best = k;
  });
  return best;
};

// Sides of squares whose areas are as the values, the largest with side `most`.
export const sides = (values, most) => {
  const top = Math.max(...values);
  return values.map((value) => (top > 0 ? most * Math.sqrt(value / top) : 0));
};
