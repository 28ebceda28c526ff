// A file that the browser writes: from an address, or from data of its own.
import { make } from "./nodes.js";

export const save = (name, url) => make("a", { href: url, download: name }).click();
