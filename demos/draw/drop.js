// A place for a zip file or a folder, chosen by a button or dropped. A folder is packed here: one file travels.
import { lessonOf, set } from "./asking.js";
import { say } from "./header.js";
import { html, nothing, render } from "./markup.js";
import { zipped } from "./zip.js";

const MEGA = 1 << 20;
const MOST = 500; // files of a folder
const places = new Map();
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

// All files below an entry of what was dropped, as [path, File].
const below = async (entry, path = "") => {
  if (entry.isFile) return [[path + entry.name, await new Promise((done, fail) => entry.file(done, fail))]];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail)); // a hundred at a time
    if (!some.length || found.length > MOST) return found;
    for (const one of some) found.push(...(await below(one, `${path}${entry.name}/`)));
  }
};

// Files [path, File] as one zip file.
const pack = async (files) => {
  const plain = files.filter(([path]) => !HIDDEN.test(path));
  const read = async ([name, file]) => ({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
  return new Blob(zipped(await Promise.all(plain.map(read))), { type: "application/zip" });
};

class Drop {
  constructor(element, trigger) {
    this.root = element.querySelector(".ww-drop");
    this.trigger = trigger;
    this.largest = Number(this.root.dataset.largest);
    places.set(`${this.root.dataset.lesson}-${this.root.dataset.key}`, this);
    this.says = "";
    for (const [name, over] of Object.entries({ dragover: true, dragleave: false, drop: false }))
      this.root.addEventListener(name, (event) => {
        event.preventDefault();
        this.root.classList.toggle("ww-over", over);
        if (name === "drop") this.dropped([...event.dataTransfer.items]);
      });
    window.addEventListener("whatwhere:changed", () => this.draw());
    this.draw();
  }

  // Whether a visitor's own is what the lesson shows, also after a reload or by a link.
  get opened() {
    return Boolean(lessonOf(this.root.dataset.lesson).settings[this.root.dataset.key]);
  }

  draw() {
    const pick = (selector) => () => this.root.querySelector(selector).click();
    const chosen = (event) => {
      const files = [...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]);
      event.target.value = "";
      if (files.length) this.take(files);
    };
    const button = (text, selector) =>
      html`<button type="button" ?disabled=${this.busy} @click=${pick(selector)}>${text}</button>`;
    const closing = html`<button type="button" @click=${() => this.close()}>Close it</button>`;
    render(
      html`<span>${this.root.dataset.label}</span>
      <input class="ww-zip" type="file" accept=".zip,application/zip" hidden @change=${chosen}>
      <input class="ww-folder" type="file" webkitdirectory hidden @change=${chosen}>
      <p>${button("Zip file…", ".ww-zip")} ${button("Folder…", ".ww-folder")} <small>or drop it here</small></p>
      <p><output aria-live="polite">${this.says}</output>${this.opened ? closing : nothing}</p>`,
      this.root,
    );
  }

  tell(text, busy = false) {
    Object.assign(this, { says: text, busy });
    this.draw();
  }

  // What was opened is closed: the lesson shows its own again.
  close() {
    set(this.root.dataset.lesson, this.root.dataset.key, "");
    this.trigger("closed");
    this.tell("");
  }

  async dropped(items) {
    try {
      const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      this.take((await Promise.all(entries.map((entry) => below(entry)))).flat());
    } catch {
      this.tell("The browser could not read what was dropped. Choose it by a button.");
    }
  }

  async take(files) {
    const size = files.reduce((sum, [, file]) => sum + file.size, 0);
    const most = `at most ${this.largest / MEGA} MB and ${MOST} files are taken`;
    const fits = files.length && files.length <= MOST && size <= this.largest;
    if (!fits) return this.tell(`${files.length} files, ${(size / MEGA).toFixed(1)} MB: ${most}. Choose fewer.`);
    this.tell("Sending…", true);
    const single = files.length === 1 && /\.zip$/i.test(files[0][0]);
    try {
      await this.send(single ? files[0][1] : await pack(files));
    } catch (error) {
      this.tell(error.message);
    }
  }

  async send(blob) {
    const body = new FormData();
    body.append("files", blob, "folder.zip");
    const answer = await fetch(new URL("gradio_api/upload", document.baseURI), { method: "POST", body });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail ?? "It could not be sent. Try again.");
    this.file = { path: said[0], orig_name: "folder.zip", meta: { _type: "gradio.FileData" } };
    this.tell("Reading and checking…", true);
    this.trigger("sent");
  }
}

export const drop = (element, props, trigger) => new Drop(element, trigger);

// The file that was sent last, for gradio; once it has answered, the key that it gave, empty if it refused.
export const handed = (name, key) => {
  const place = places.get(name);
  if (key === undefined) return place.file;
  place.tell(key ? "Opened; kept for up to an hour." : "Not opened: the message says why. What was open stays.");
  if (!key) return;
  set(place.root.dataset.lesson, place.root.dataset.key, key);
  say("The data set is opened.");
};
