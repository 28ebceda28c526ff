// Board dnNormals: the network's own normals beside those that a depth map implies, and the angles of both.
import { Live } from "../draw/live.js";
import { html, nothing, render } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { terms } from "../draw/terms.js";
import { TILT, bar, figure, inside, note, painted, paintedNormals, pointed, tablesOf, vector } from "./maps.js";
import { angles, normalsOf, vectorAt } from "./sums.js";

class Normals extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, point: null, tables: tablesOf(settings) });
    root.dnNormals = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const [network, truth, implied] = await Promise.all(
      [value.network, value.truth, value.implied].map((one) => one && unpack(one)),
    );
    if (value !== this.newest) return;
    const { size } = value.seen;
    const { heat, none } = this.tables;
    const small = [implied.shape[0] / 3, implied.shape[1]];
    const paint = (one) => painted(one, small, heat, [0, TILT], none);
    const colored = (one) => one && paintedNormals(one, small, none);
    this.value = value;
    this.point = inside(this.point ?? [size[1] / 2, 0.7 * size[0]], size);
    this.small = small;
    const [own, other, right] = [network, implied, truth].map((one) => one && normalsOf(one.data));
    this.data = { network: own, implied: other, truth: right };
    this.angles = { own: right && angles(own, right), implied: angles(other, right ?? own) };
    this.looks = {
      network: colored(own),
      implied: colored(other),
      truth: colored(right),
      own: right && paint(this.angles.own),
      off: paint(this.angles.implied),
    };
    this.now();
  }

  at(point) {
    this.point = inside(point, this.value.seen.size);
    this.ask();
  }

  readout() {
    const [x, y] = this.point.map(Math.floor);
    const k = Math.floor(y / 2) * this.small[1] + Math.floor(x / 2);
    const { network, implied, truth } = this.data;
    const row = (name, one, off) =>
      html`<tr><th scope="row">${name}</th><td>${vector(one)}</td>
        <td>${off === null ? "" : `${number(off, 1)}°`}</td></tr>`;
    return html`<div class="dn-readout dn-vectors" aria-live="polite"><table><thead><tr><td>${x}, ${y}</td>
      <th scope="col">x y z</th><th scope="col">off</th></tr></thead><tbody>
      ${row("Network", vectorAt(network, k), this.angles.own?.[k] ?? null)}
      ${row("Depth", vectorAt(implied, k), this.angles.implied[k])}
      ${truth ? row("Truth", vectorAt(truth, k), null) : nothing}</tbody></table></div>`;
  }

  draw() {
    if (!this.value) return;
    const { seen, camera, focal, depth_of: of, medians } = this.value;
    const how = camera === "none" ? "no camera" : `f = ${number(seen.focal * focal, 0)} px`;
    const whose = of === "truth" && seen.truth ? "true" : "predicted";
    const median = (k) => (medians[k] === null ? "" : `median ${number(medians[k], 1)}°`);
    const { looks } = this;
    const against = looks.truth ? "From depth, off" : "The two apart";
    render(
      html`${note(seen.message)}${pointed(
        this,
        "dn-four",
        html`${figure(this, "Picture", null)}${figure(this, "The network’s own", looks.network)}
        <div data-shows="implied">${figure(this, "From depth", looks.implied, { note: `${whose}, ${how}` })}</div>
        ${looks.truth ? figure(this, "Truth", looks.truth) : html`<div></div>`}
        <div data-shows="implied">${this.readout()}</div>
        ${looks.own ? figure(this, "Network, off", looks.own, { note: median(0) }) : html`<div></div>`}
        <div data-shows="implied">${figure(this, against, looks.off, { note: median(1) })}</div>
        <div class="dn-legend"><p class="dn-bar">x, y, z: red, green, blue. ${terms("Normal")} up: green; to you: blue.
          Dark: none.</p>${bar("heat", "angle", "0°", `${TILT}°`)}</div>`,
      )}`,
      this.root,
    );
  }
}

export const dnNormals = (context) => new Normals(context);
