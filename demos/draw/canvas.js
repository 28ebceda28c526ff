// Canvases, for what has too many parts for nodes at sixty frames a second.

// The pen of a canvas at the screen's own resolution and its size in CSS pixels, wiped; null while it is hidden.
export const pen = (canvas) => {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const ratio = (window.devicePixelRatio || 1) * (canvas.currentCSSZoom || 1); // presenter mode enlarges the page
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const made = canvas.getContext("2d");
  made.setTransform(ratio, 0, 0, ratio, 0, 0);
  made.clearRect(0, 0, width, height);
  return { pen: made, width, height };
};

// Custom properties of a node's style: colors(root, "ww", ["ink", "line"]) reads --ww-ink and --ww-line.
export const colors = (root, prefix, names) => {
  const style = getComputedStyle(root);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${prefix}-${name}`).trim()]));
};
