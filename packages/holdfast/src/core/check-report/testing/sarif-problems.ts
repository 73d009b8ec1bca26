/**
 * What SARIF 2.1.0 asks of the part of it that we write: which properties an object has to have and may have, their types and their
 * words, restated from the standard (OASIS, 27 March 2020, sections 3.13 to 3.50), together with what its prose asks and no schema says:
 * that indexes point at what they name, that ids are unique, that suppressions and baseline states are at all results or at none.
 */
type Check = (value: unknown, path: string) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value, path) => (typeof value === "string" && value !== "" ? [] : [`${path}: no text`]);
const flag: Check = (value, path) => (typeof value === "boolean" ? [] : [`${path}: not true or false`]);
const atLeast =
  (least: number): Check =>
  (value, path) =>
    Number.isInteger(value) && (value as number) >= least ? [] : [`${path}: not a whole number from ${least}`];
const word =
  (...words: readonly string[]): Check =>
  (value, path) =>
    words.includes(value as string) ? [] : [`${path}: not one of ${words.join(", ")}`];
const bag: Check = (value, path) => (isObject(value) ? [] : [`${path}: no property bag`]);
/** RFC 3986: what a reference may hold; code scanning shows relative ones only. */
const uri: Check = (value, path) =>
  typeof value === "string" && /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#[\]-]|%[0-9A-Fa-f]{2})+$/.test(value)
    ? []
    : [`${path}: no URI reference`];
const list =
  (item: Check, least = 0): Check =>
  (value, path) =>
    Array.isArray(value) && value.length >= least
      ? value.flatMap((one, index) => item(one, `${path}[${index}]`))
      : [`${path}: no list of at least ${least}`];
const object =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, path) => {
    if (!isObject(value)) return [`${path}: no object`];
    const known = { ...required, ...optional };
    return [
      ...Object.keys(required).flatMap((key) => (key in value ? [] : [`${path}: no ${key}`])),
      ...Object.entries(value).flatMap(
        ([key, one]) => known[key]?.(one, `${path}.${key}`) ?? [`${path}: unknown ${key}`],
      ),
    ];
  };

const message = object({ text });
const multiformat = object({ text }, { markdown: text });
const level = word("none", "note", "warning", "error");
const artifactLocation = object({ uri });
const physicalLocation = object(
  { artifactLocation },
  { region: object({ startLine: atLeast(1) }, { startColumn: atLeast(1), endColumn: atLeast(1) }) },
);
const location = object(
  {},
  { id: atLeast(0), physicalLocation, logicalLocations: list(object({ fullyQualifiedName: text })), message },
);
const rule = object(
  { id: text },
  {
    shortDescription: multiformat,
    fullDescription: multiformat,
    help: multiformat,
    defaultConfiguration: object({ level }),
    properties: bag,
  },
);
const result = object(
  { message, ruleId: text, ruleIndex: atLeast(0), level, locations: list(location, 1), partialFingerprints: bag },
  {
    relatedLocations: list(location),
    suppressions: list(
      object(
        { kind: word("inSource", "external") },
        { status: word("accepted", "underReview", "rejected"), justification: text },
      ),
    ),
    baselineState: word("new", "unchanged", "updated", "absent"),
    properties: bag,
  },
);
const run = object(
  {
    tool: object({ driver: object({ name: text }, { version: text, semanticVersion: text, rules: list(rule) }) }),
    results: list(result),
  },
  {
    automationDetails: object({ id: text }),
    columnKind: word("utf16CodeUnits", "unicodeCodePoints"),
    invocations: list(object({ executionSuccessful: flag })),
    artifacts: list(object({ location: artifactLocation }, { mimeType: text })),
  },
);
const log = object({ version: word("2.1.0"), runs: list(run, 1) }, { $schema: uri });

export function sarifProblems(value: unknown): string[] {
  const shape = log(value, "log");
  if (shape.length > 0) return shape;
  const { runs } = value as {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
  };
  return runs.flatMap(({ tool: { driver }, results }) => {
    const ids = driver.rules.map(({ id }) => id);
    const inAllOrNone = (key: string) => new Set(results.map((one) => key in one)).size <= 1;
    return [
      ...(new Set(ids).size === ids.length ? [] : ["two rules have one id"]),
      ...results.flatMap(({ ruleId, ruleIndex }) =>
        ids[ruleIndex as number] === ruleId ? [] : [`rule ${String(ruleIndex)} is not ${String(ruleId)}`],
      ),
      ...["suppressions", "baselineState"].flatMap((key) => (inAllOrNone(key) ? [] : [`${key} at some results only`])),
    ];
  });
}
