// Numbers as the page writes them: a true minus sign, few digits, units.

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
export const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
export const tenth = (value) => Math.round(value * 10) / 10; // of a pixel
export const minus = (text) => String(text).replace("-", "\u2212");
export const count = (number) => number.toLocaleString("en");

// What rounds to nothing has no sign.
const fixed = (value, digits) => value.toFixed(digits).replace(/^-(?=[0.]*$)/, "");

// With so many digits after the point; a dash for what is not a number.
export const number = (value, digits = 3) => (Number.isFinite(value) ? minus(fixed(value, digits)) : "\u2013");
export const signed = (value, digits = 3) => (value >= 0 ? "+" : "") + number(value, digits);
export const percent = (value, digits = 1) => `${number(100 * value, digits)} %`;

// A tiny difference as 3e\u22128.
export const tiny = (value) => (value === 0 ? "0" : minus(value.toExponential(0).replace("e+", "e")));

// "1 box", "2 boxes".
export const things = (many, one, more = `${one}s`) => `${count(many)} ${many === 1 ? one : more}`;
