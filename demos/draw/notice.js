// A sentence that stands in its place: above what a lesson shows, until one of its settings changes.
import { make } from "./nodes.js";

const PLACE = ":is(.ww-stage, .ww-board):not([data-nothing])";

export const notice = (lesson, text) => {
  const tab = document.getElementById(`ww-tab-${lesson}`);
  tab?.querySelector(".ww-notice")?.remove();
  if (!tab || !text) return;
  const place = [...tab.querySelectorAll(PLACE)].find((one) => one.offsetParent !== null);
  const row = place?.closest(".ww-left > *, .ww-row > *") ?? place; // above all of its neighbours
  row?.before(make("p", { class: "ww-message ww-notice", role: "status", text }));
};
