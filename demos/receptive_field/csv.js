// A table as comma-separated values.
const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

export const csv = ({ head, rows }) => [head, ...rows].map((row) => row.map(quoted).join(",")).join("\n");
