// Canvases, for what has too many parts for nodes at sixty frames a second.

// The pen of a canvas at the screen's own resolution and its size in CSS pixels, wiped; null while it is hidden.
export const pen = (canvas) => {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const ratio = window.devicePixelRatio || 1;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const made = canvas.getContext("2d");
  made.setTransform(ratio, 0, 0, ratio, 0, 0);
  made.clearRect(0, 0, width, height);
  return { pen: made, width, height };
};

export const line = (pen, color, width, path) => {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  path(pen);
  pen.stroke();
};

export const fill = (pen, color, path) => {
  pen.fillStyle = color;
  pen.beginPath();
  path(pen);
  pen.fill();
};

// A line that shows on dark and on bright ground alike.
export const haloed = (pen, halo, color, width, path) => {
  line(pen, halo, width + 2, path);
  line(pen, color, width, path);
};

// Custom properties of a node's style: colors(root, "roi", ["box", "halo"]) reads --roi-box and --roi-halo.
export const colors = (root, prefix, names) => {
  const style = getComputedStyle(root);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${prefix}-${name}`).trim()]));
};
