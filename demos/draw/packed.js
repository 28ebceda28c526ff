// What Python sends: records as JSON texts (demos/records.py), arrays packed as little-endian numbers in base64, large
// ones deflated (demos/figures/encode.py).

const KINDS = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array };

// {shape, data} of a packed array.
export const unpack = async ({ shape, kind, raw, data }) => {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  if (raw) return { shape, data: new KINDS[kind](bytes.buffer) };
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return { shape, data: new KINDS[kind](await new Response(stream).arrayBuffer()) };
};

// The numbers of a text (encode.listed), alone or in rows of several.
export const numbers = (text) => (text ? text.split(",").map(Number) : []);
export const rows = (text, each) => {
  const all = numbers(text);
  return Array.from({ length: all.length / each }, (_, i) => all.slice(i * each, (i + 1) * each));
};

// A record from its text; anything else as it is.
export const read = (value) => (typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value);

// Whether a value means that there is nothing to show.
export const none = (value) => value === null || value === undefined || value === "";
