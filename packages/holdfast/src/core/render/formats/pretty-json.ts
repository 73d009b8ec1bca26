/** JSON for people to review and tools to read: two spaces, keys in the order in which they were given, a line's end. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
