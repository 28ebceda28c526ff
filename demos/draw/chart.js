// Charts by Observable Plot: axes, grid, legend and tips are its own. It is fetched when a lesson first draws a chart;
// what must follow the finger at sixty frames a second is drawn by hand (sweep of roi_features).

let loaded = null;
const script = (name) =>
  new Promise((done, fail) => {
    const src = new URL(`../vendor/${name}.js`, import.meta.url).href;
    document.head.append(
      Object.assign(document.createElement("script"), { src, async: false, onload: done, onerror: fail }),
    );
  });
const library = () => (loaded ??= Promise.all([script("d3"), script("plot")]).then(() => window.Plot));

// Draws `plan(Plot)`, the options of Plot.plot, into a node, as wide as that is; the newest drawing wins.
export const chart = async (root, label, plan) => {
  const turn = (root.turn = (root.turn ?? 0) + 1);
  const Plot = await library();
  if (turn !== root.turn) return;
  const looks = { background: "transparent", fontFamily: "inherit", fontSize: "12px", overflow: "visible" };
  const drawn = Plot.plot({ width: Math.max(root.clientWidth, 240), style: looks, ...plan(Plot) });
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", label);
  root.replaceChildren(drawn);
};
