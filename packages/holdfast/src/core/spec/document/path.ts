/** Where something stands in a document: keys of maps and indexes of lists, from the root. */
export type Path = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/** `["sites", 1, "name"]` -> `sites[1].name` */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (PLAIN_KEY.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** The value that the path leads to in plain data; undefined where it leads nowhere. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Every path that a pattern such as `sites[*].quotas` leads to; `*` stands for each index or key. */
export function expandPattern(data: unknown, pattern: Path): readonly Path[] {
  let paths: Path[] = [[]];
  for (const step of pattern) {
    paths = paths.flatMap((path) => {
      const value = valueAt(data, path);
      if (step !== "*") return valueAt(value, [step]) === undefined ? [] : [[...path, step]];
      if (Array.isArray(value)) return value.map((_, index) => [...path, index]);
      if (typeof value === "object" && value !== null) return Object.keys(value).map((key) => [...path, key]);
      return [];
    });
  }
  return paths;
}
