// What a board that draws by itself needs: the newest value's arrays, and one drawing a frame.
import { unpack } from "./packed.js";

export class Live {
  // A value's packed arrays by their names; null if a newer value has come meanwhile.
  async unpacked(value, names) {
    this.newest = value;
    const arrays = await Promise.all(names.map((name) => value[name] && unpack(value[name])));
    return value === this.newest ? Object.fromEntries(names.map((name, i) => [name, arrays[i]])) : null;
  }

  chosen() {
    this.ask();
  }

  // Draws before the next frame, once, however often it is asked.
  ask() {
    this.frame ||= requestAnimationFrame(() => this.now());
  }

  // Draws at once: a new value has waited long enough.
  now() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.draw();
  }
}
