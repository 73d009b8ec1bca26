import type { Problem } from "../../base/index.ts";
import type { Path, SourceDocument } from "./document/index.ts";
import { expandPattern, formatPath, valueAt } from "./document/index.ts";
import { suggest } from "./suggest.ts";

/**
 * Names that the file gives and names that it uses. Both are read from the plain data, before it is known to be right
 * in every other way, so that one run reports a misspelt site beside a misspelt key.
 */
type NameKind = "site" | "voter" | "store" | "component or store" | "group";

const path = (text: string): Path =>
  text.split(".").flatMap((part) => (part.endsWith("[*]") ? [part.slice(0, -3), "*"] : [part]));

const SITES = path("sites[*].name");
const WITNESS = path("witness.name");
const STORES = path("stores[*].name");
const COMPONENTS = path("application.components[*].name");
const GROUPS = path("access.groups[*].name");

const given: Record<NameKind, readonly Path[]> = {
  site: [SITES],
  voter: [SITES, WITNESS],
  store: [STORES],
  "component or store": [COMPONENTS, STORES],
  group: [GROUPS],
};

/** Each family shares one set of names: a site and the witness, or a component and a store, cannot have the same. */
const families: readonly { readonly what: string; readonly at: readonly Path[] }[] = [
  { what: "site or witness", at: [SITES, WITNESS] },
  { what: "component or store", at: [COMPONENTS, STORES] },
  { what: "group", at: [GROUPS] },
  { what: "traffic child", at: [path("traffic.policy.children[*].name")] },
];

interface Use {
  readonly at: Path;
  readonly kind: NameKind;
  /** The names are the keys of the map at this path. */
  readonly keys?: true;
}

const policies = ["traffic.policy", "traffic.policy.children[*].policy"];

const uses: readonly Use[] = [
  { at: path("links[*].between[*]"), kind: "voter" },
  { at: path("stores[*].sites[*]"), kind: "site" },
  { at: path("stores[*].members[*].site"), kind: "voter" },
  ...policies.flatMap((policy): Use[] => [
    { at: path(`${policy}.order[*]`), kind: "site" },
    { at: path(`${policy}.weights`), kind: "site", keys: true },
    { at: path(`${policy}.sites[*]`), kind: "site" },
    { at: path(`${policy}.regions`), kind: "site", keys: true },
    { at: path(`${policy}.world`), kind: "site" },
    { at: path(`${policy}.subnets`), kind: "site", keys: true },
    { at: path(`${policy}.fallback`), kind: "site" },
  ]),
  { at: path("backups[*].store"), kind: "store" },
  { at: path("backups[*].targets[*]"), kind: "site" },
  { at: path("application.components[*].connectsTo[*]"), kind: "component or store" },
  { at: path("delivery.selfHostedPools"), kind: "voter", keys: true },
  { at: path("delivery.stages[*]"), kind: "site" },
  { at: path("access.groups[*].includes[*]"), kind: "group" },
  { at: path("access.groups[*].roles[*].sites[*]"), kind: "voter" },
  { at: path("maintenance.windows[*].site"), kind: "voter" },
];

/** Lists in which a name counts once. */
const sets: readonly Path[] = [
  path("stores[*].sites"),
  path("traffic.policy.order"),
  path("traffic.policy.children[*].policy.order"),
  path("backups[*].targets"),
  path("delivery.stages"),
  path("application.components[*].connectsTo"),
];

export function checkReferences(document: SourceDocument): Problem[] {
  return [
    ...families.flatMap(({ what, at }) =>
      duplicates(
        document,
        at.flatMap((pattern) => expandPattern(document.data, pattern)),
        what,
      ),
    ),
    ...sets.flatMap((pattern) =>
      expandPattern(document.data, pattern).flatMap((list) =>
        duplicates(document, expandPattern(document.data, [...list, "*"]), "entry of this list"),
      ),
    ),
    ...unresolvedNames(document),
    ...expandPattern(document.data, path("application.components[*]")).flatMap((component) =>
      checkPorts(document, component),
    ),
  ];
}

function unresolvedNames(document: SourceDocument): Problem[] {
  const known = new Map<NameKind, ReadonlySet<string>>();
  for (const [kind, patterns] of Object.entries(given) as [NameKind, readonly Path[]][]) {
    known.set(kind, new Set(patterns.flatMap((pattern) => textsAt(document, pattern))));
  }
  return uses.flatMap((use) =>
    expandPattern(document.data, use.keys ? [...use.at, "*"] : use.at).flatMap((at) => {
      const name = use.keys ? at.at(-1) : valueAt(document.data, at);
      const names = known.get(use.kind) ?? new Set();
      if (typeof name !== "string" || names.has(name)) return [];
      return [
        unknownName(
          document,
          at,
          `no ${use.kind === "voter" ? "site or witness" : use.kind} has the name "${shorten(name)}"`,
          name,
          [...names],
          use.keys,
        ),
      ];
    }),
  );
}

/** Probes and exposure name a port of their own component. */
function checkPorts(document: SourceDocument, component: Path): Problem[] {
  const names = textsAt(document, [...component, "ports", "*", "name"]);
  const portUses = [
    ...expandPattern(document.data, [...component, "probes", "*", "port"]),
    ...expandPattern(document.data, [...component, "exposure", "port"]),
  ];
  return [
    ...duplicates(document, expandPattern(document.data, [...component, "ports", "*", "name"]), "port"),
    ...portUses.flatMap((at) => {
      const name = valueAt(document.data, at);
      if (typeof name !== "string" || names.includes(name)) return [];
      return [unknownName(document, at, `the component has no port "${shorten(name)}"`, name, names)];
    }),
  ];
}

function unknownName(
  document: SourceDocument,
  at: Path,
  message: string,
  name: string,
  known: readonly string[],
  key?: true,
): Problem {
  const hint = suggest(name, known, "Names");
  return {
    code: "unknown-name",
    message,
    ...(hint === undefined ? {} : { hint }),
    at: document.positionOf(at, key ? "key" : "value"),
    path: formatPath(at),
  };
}

function duplicates(document: SourceDocument, places: readonly Path[], what: string): Problem[] {
  const first = new Map<string, Path>();
  const problems: Problem[] = [];
  for (const place of places) {
    const name = valueAt(document.data, place);
    if (typeof name !== "string") continue;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, place);
      continue;
    }
    problems.push({
      code: "duplicate-name",
      message: `another ${what} is "${shorten(name)}" already`,
      hint: "Give each a name of its own.",
      at: document.positionOf(place),
      path: formatPath(place),
      related: [{ message: "first here", at: document.positionOf(earlier) }],
    });
  }
  return problems;
}

function textsAt(document: SourceDocument, pattern: Path): string[] {
  return expandPattern(document.data, pattern)
    .map((at) => valueAt(document.data, at))
    .filter((value) => typeof value === "string");
}

function shorten(text: string): string {
  return text.length > 63 ? `${text.slice(0, 60)}...` : text;
}
