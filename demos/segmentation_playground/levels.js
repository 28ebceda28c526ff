// The network as a U: the encoder's maps down on the left, the decoder's up on the right, skips between them; and what
// would be left of the truth if each cell of the bottom said one class.
import { html, nothing, render } from "../draw/markup.js";
import { count } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { framed } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { labelled } from "./labels.js";

const shape = (channels, side) => `${channels} × ${side} × ${side}`;

class Levels {
  constructor({ root, settings }) {
    Object.assign(this, { root, settings });
    root.playLevels = this; // for the tests
  }

  async take(value) {
    this.value = value;
    const cells = value.cells && (await unpack(value.cells));
    if (value !== this.value) return;
    render(this.markup(value, cells && labelled(cells.data, cells.shape, this.settings)), this.root);
  }

  markup({ floors, up, said }, picture) {
    const seen = new Set();
    const bottom = floors.at(-1);
    const side = floors[0].side;
    return html`<section><h3>${terms("The network, level by level", seen)}</h3>
      <p class="play-small">${terms("Channels × height × width of each map, for a picture of", seen)}
        ${side} × ${side} pixels. ${terms(`Down: max pooling. Up: ${up}.`, seen)}</p>
      <ol class="play-levels">${floors.map((floor) => this.floor(floor, bottom, seen))}</ol></section>
      <section data-shows="cells"><h3>${terms("Truth, one class a cell", seen)}</h3>
        ${
          picture
            ? framed({ size: [side, side], image: picture, alt: `Each cell of ${bottom.stride} pixels has one class` })
            : nothing
        }
        <p class="play-small">${terms(`${said}.`, seen)}
          ${bottom.stride} × ${bottom.stride} pixels a cell.</p></section>`;
  }

  floor({ side, stride, encoder, decoder, skip }, bottom, seen) {
    const wide = `--side:${side}`;
    if (side === bottom.side)
      return html`<li class="play-bottom"><b style=${wide}>${shape(encoder, side)}</b>
        <small>${terms("the bottom", seen)}: ${count(encoder * side * side)} numbers, stride ${stride}</small></li>`;
    return html`<li><b style=${wide}>${shape(encoder, side)}</b>
      <span class=${skip ? "play-skip" : "play-none"}>${skip ? terms(`skip: ${skip}`, seen) : "no skip"}</span>
      <b style=${wide}>${shape(decoder, side)}</b></li>`;
  }
}

export const playLevels = (context) => new Levels(context);
