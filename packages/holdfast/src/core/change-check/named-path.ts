/**
 * `sites[1].network` -> `sites[orlando].network`: the same place in another version of the file, where sites may stand in another order.
 * Items without a name of their own keep their number.
 */
export function namedPath(path: string, data: unknown): string {
  let value: unknown = data;
  return path.replace(
    /\[(?:(\d+)|"((?:[^"\\]|\\.)*)")\]|([^.[\]]+)/g,
    (step: string, index?: string, quoted?: string, key?: string) => {
      value = childOf(value, index ?? (quoted === undefined ? key : (JSON.parse(`"${quoted}"`) as string)) ?? "");
      const name = index === undefined ? undefined : childOf(value, "name");
      return typeof name === "string" ? `[${name}]` : step;
    },
  );
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
