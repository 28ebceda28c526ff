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

export const keep = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a private window
  }
};
