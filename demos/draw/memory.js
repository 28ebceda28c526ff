// What this browser remembers between visits; a private window remembers nothing, and a damaged value is none.

export const recall = (key, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
};

// The same for a list of names; whatever else is there is none.
export const recallNames = (key) => {
  const found = recall(key, []);
  return Array.isArray(found) ? found.filter((one) => typeof one === "string" && /^\w+$/.test(one)) : [];
};

// Another tab of this browser has kept something under a key.
export const elsewhere = (key, take) => window.addEventListener("storage", (event) => event.key === key && take());

export const keep = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a private window
  }
};
