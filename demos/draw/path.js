// Where the guided path begins: its button in the header, and links that name it by path= and answers=. All else comes
// when it is needed: what is on the way (pathway.js) and the overview (overview.js).
const link = new URLSearchParams(location.search);

// Shows the overview of all tasks in front of the page.
export const openPath = async () => (await import("./overview.js")).show();

// Draws the overview of all tasks into an element of the page, for good.
export const pathHome = async (element) => (await import("./overview.js")).home(element);

// The page has its header: a link's path is followed.
export const followPath = async () => {
  if (link.has("path") || link.has("answers")) (await import("./pathway.js")).follow(link);
};
