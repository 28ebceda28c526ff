// The search opens by the header's button and, where nobody types, by the key "/". It comes with its first opening.

const TYPES = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable], .cm-editor";

export const seek = async () => (await import("./search.js")).open();

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (key !== "/" || ctrlKey || metaKey || altKey || target.closest?.(TYPES)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  seek();
});
