// Board panDrive: a drive frame by frame, each thing in the colour of its track, and what is known of it.
import { tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { canvasOf } from "../draw/maps.js";
import { html, nothing, render } from "../draw/markup.js";
import { number, things } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { framed } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { Player } from "./player.js";

const PAUSE = 420; // milliseconds a frame
const AGAIN = 900; // milliseconds until the frames are asked for once more
const OPACITY = 190;

class Drive extends Live {
  constructor({ root, again }) {
    super();
    Object.assign(this, { root, again, layers: [] });
    this.player = new Player(
      () => Math.max((this.value?.frames.length ?? 1) - 1, 0),
      () => this.ask(),
      PAUSE,
    );
    root.panDrive = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const layers = await Promise.all(value.frames.map((frame) => this.layer(frame)));
    if (value !== this.newest) return;
    if (this.value?.frames.length !== value.frames.length) this.player.step = Math.max(value.frames.length - 1, 0);
    Object.assign(this, { value, layers });
    this.now();
    clearTimeout(this.later);
    if (value.coming) this.later = setTimeout(() => this.root.offsetParent && this.again(), AGAIN);
  }

  async layer({ said, colors }) {
    const map = await unpack(said);
    const table = [null, ...tableOf(colors)];
    return canvasOf(map, (one) => (one ? [...table[one], OPACITY] : [0, 0, 0, 0])).toDataURL();
  }

  row(one) {
    const near = one.frames === null ? "–" : number(one.frames, 0);
    const alone = one.together > 1 ? `one region of ${one.together}` : "alone";
    const chip = html`<i class="pan-chip" style="background:${one.color}"></i>`;
    return html`<tr><th scope="row">${chip}${one.name} ${one.track}</th>
      <td>${one.ground || "–"}</td><td>${one.growth === null ? "–" : `× ${number(one.growth, 3)}`}</td>
      <td>${near}</td><td>${number(one.true_frames, 0)}</td><td>${alone}</td></tr>`;
  }

  table(frame) {
    const seen = new Set();
    const head = ["thing", "stands on", "side a frame", "frames left", "truly", "its region"];
    return html`<div class="pan-known"><table><thead><tr>${head.map(
      (text) => html`<th scope="col">${terms(text, seen)}</th>`,
    )}</tr></thead><tbody>${frame.things.map((one) => this.row(one))}</tbody></table>
      <p class="ww-note">“Frames left” is from growth alone; “truly” is the scene’s own distance divided by the
      pace. What an occluder lets go grows, too, and few pixels grow in jumps. Instances alone lack the second column;
      semantic segmentation alone has regions only, in which things may be together.</p></div>`;
  }

  draw() {
    if (!this.value) return;
    const { value, layers, root } = this;
    const { size, frames, picture } = value;
    const { step } = this.player;
    const frame = frames[step];
    const visible = () => root.offsetParent !== null;
    const alt = frame
      ? `After ${number(frame.way, 1)} metres: ${things(frame.things.length, "thing")}`
      : "The first frame";
    const thumb = (one, k) =>
      html`<button type="button" aria-pressed=${k === step} aria-label="Frame ${k + 1}"
      @click=${() => (this.player.stop(), this.player.go(k))}><span class="ww-frame"
      style="--ratio:${size[1] / size[0]}"><img src=${one.picture} alt="" draggable="false"><img class="ww-overlay"
      src=${layers[k]} alt="" draggable="false"></span><small>${number(one.way, 1)} m</small></button>`;
    render(
      html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="pan-drive"><div class="pan-side">
        ${framed({ size, image: frame?.picture ?? picture, alt, layers: [layers[step]] })}
        ${frames.length ? this.player.bar("frame", visible) : nothing}
        <p class="pan-told" aria-live="polite">${
          frames.length
            ? `Frame ${step + 1} of ${frames.length}, after ${number(frame.way, 1)} m. A colour is a track.`
            : value.coming
              ? "The camera is driving; its frames go through the network…"
              : ""
        }</p></div>
      <div class="pan-frames" data-shows="frames"><div class="pan-strip">${frames.map(thumb)}</div>
        ${frame ? this.table(frame) : nothing}</div></div>`,
      root,
    );
  }
}

export const panDrive = (context) => new Drive(context);
