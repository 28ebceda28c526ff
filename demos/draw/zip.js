// A zip file made in the browser: files one after the other, as they are, each with its checksum. Pure arithmetic.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

// CRC-32 of bytes, as zip has it.
export const checksum = (bytes) => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

const UTF8 = 0x0800;
const EPOCH = 0x21; // 1 January 1980: when a file was written is nobody's business

// A record: its signature, then numbers as [bytes, value].
const record = (fields) => {
  const made = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(made.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return made;
};

// What local and central records share of a file.
const about = ({ crc, bytes, name }) => [
  [2, 20],
  [2, UTF8],
  [2, 0],
  [2, 0],
  [2, EPOCH],
  [4, crc],
  [4, bytes.length],
  [4, bytes.length],
  [2, name.length],
  [2, 0],
];

// The parts of a zip file of {name, bytes}, in order, for a Blob.
export const zipped = (files) => {
  const parts = [];
  const central = [];
  let at = 0;
  const add = (list, ...pieces) => {
    list.push(...pieces);
    return pieces.reduce((sum, piece) => sum + piece.length, 0);
  };
  for (const { name: text, bytes } of files) {
    const file = { name: new TextEncoder().encode(text), bytes, crc: checksum(bytes) };
    const rest = [2, 2, 2, 4].map((size) => [size, 0]);
    add(central, record([[4, 0x02014b50], [2, 20], ...about(file), ...rest, [4, at]]), file.name);
    at += add(parts, record([[4, 0x04034b50], ...about(file)]), file.name, bytes);
  }
  const size = central.reduce((sum, piece) => sum + piece.length, 0);
  const many = [2, files.length];
  return [...parts, ...central, record([[4, 0x06054b50], [2, 0], [2, 0], many, many, [4, size], [4, at], [2, 0]])];
};
