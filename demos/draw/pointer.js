// Pointing at a picture, by mouse, finger or arrow keys.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The step [x, y] of an arrow key, `far` with Shift; null for any other key.
export const arrow = (event, far = 10) => ARROWS[event.key]?.map((part) => part * (event.shiftKey ? far : 1)) ?? null;

// Handles arrow keys: `take` gets their step.
export const arrows = (take, far) => (event) => {
  const by = arrow(event, far);
  if (!by) return;
  event.preventDefault();
  take(by);
};

// Where an event points, in pixels of the picture of size [height, width] that fills a node.
export const under = (event, node, [height, width]) => {
  const frame = node.getBoundingClientRect();
  return [((event.clientX - frame.left) / frame.width) * width, ((event.clientY - frame.top) / frame.height) * height];
};

// The same in the coordinates of an SVG's viewBox.
export const inside = (event, svg) => {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
};
