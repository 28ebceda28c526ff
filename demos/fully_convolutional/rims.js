// Maps of where one crop's features are not those of the one pass, as pictures on the scale of all differences.
import { paint } from "../draw/cells.js";
import { make } from "../draw/nodes.js";
import { unpack } from "../draw/packed.js";
import { onScale } from "./sums.js";

// Packed maps -> {image, side, most}.
export const rims = (packed, table) =>
  Promise.all(
    packed.map(async (one) => {
      const { shape, data } = await unpack(one);
      const image = paint(make("canvas"), Array.from(data, onScale), shape, table, 0, 1).toDataURL();
      return { image, side: shape[0], most: Math.max(...data) };
    }),
  );
