import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { membersOf } from "../../../spec/index.ts";
import type { Fleet, Member } from "../../../spec/index.ts";
import { renderFamilies } from "../../registry.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { allFiles, fleetNamed, fleets } from "../../testing/examples.ts";
import { helmFamily } from "../index.ts";
import { reaches } from "./image-source.ts";

interface Used {
  readonly site: Member;
  readonly path: string;
  /** Whole reference, with its host. */
  readonly image: string;
}

/** Text that names an image wherever it stands, as in a script's argument. */
const PUBLIC =
  /\b(?:docker\.io|quay\.io|ghcr\.io|registry\.k8s\.io|mcr\.microsoft\.com|gcr\.io)\/[\w./-]+[:@][\w.:-]+/g;

/** Every image that a site's files name, of every family. */
function usedIn(fleet: Fleet): readonly Used[] {
  const known = found.get(fleet) ?? find(fleet);
  found.set(fleet, known);
  return known;
}

const found = new WeakMap<Fleet, readonly Used[]>();

function find(fleet: Fleet): readonly Used[] {
  return renderFamilies.flatMap((family) =>
    allFiles(family, fleet).flatMap((file) => {
      const site = membersOf(fleet).find(({ name }) => file.path.startsWith(`${name}/`));
      if (site === undefined) return [];
      return [...new Set(imagesOf(file))].map((image) => ({ site, path: `${family.id}/${file.path}`, image }));
    }),
  );
}

function imagesOf({ path, content }: RenderedFile): readonly string[] {
  const code = content
    .split("\n")
    .filter((line) => !/^\s*(?:#|\/\/)/.test(line))
    .join("\n");
  const written =
    path.endsWith(".md") || path.endsWith(".html") ? [] : [...code.matchAll(PUBLIC)].map(([text]) => text);
  // An argument of the templates is what a values file says, and those are read.
  const documents = /\.ya?ml(?:\.example)?$/.test(path)
    ? parseAllDocuments(content).map((document) => document.toJS() as unknown)
    : path.endsWith(".json")
      ? [parse(content) as unknown]
      : [];
  return [...written, ...documents.flatMap(namedIn)].map(whole);
}

/** `image: a/b:1`, and as values of charts have it: repository and tag, with or without the registry apart. */
function namedIn(data: unknown): readonly string[] {
  if (Array.isArray(data)) return data.flatMap(namedIn);
  if (typeof data !== "object" || data === null) return [];
  const map = data as Readonly<Record<string, unknown>>;
  const text = (key: string): string | undefined => (typeof map[key] === "string" ? map[key] : undefined);
  const [tag, registry] = [text("tag"), text("registry")];
  const path = text("repository") ?? text("image");
  const parts =
    tag === undefined || path === undefined ? [] : [`${registry === undefined ? "" : `${registry}/`}${path}:${tag}`];
  const direct =
    tag !== undefined ? [] : [text("image"), text("imageName"), text("initImage")].filter((each) => each !== undefined);
  return [
    ...parts,
    ...direct.filter((each) => each.includes(":") || each.includes("/")),
    ...Object.values(map).flatMap(namedIn),
  ];
}

function whole(image: string): string {
  const [first = ""] = image.split("/");
  if (!image.includes("/")) return `docker.io/library/${image}`;
  return /[.:]/.test(first) ? image : `docker.io/${image}`;
}

function mirrorList(fleet: Fleet): { readonly targets: ReadonlySet<string>; readonly own: ReadonlySet<string> } {
  const text = allFiles(helmFamily, fleet).find(({ path }) => path === "IMAGES.txt")?.content ?? "";
  const lines = text.split("\n");
  return {
    targets: new Set(lines.flatMap((line) => (/^#|^$/.test(line) ? [] : [line.split(" ")[1]!]))),
    own: new Set(lines.flatMap((line) => /^# {3}(\S+)$/.exec(line)?.[1] ?? [])),
  };
}

/** What a site would not get: it is in no list, and its makers' registry is out of reach. */
function missing(fleet: Fleet, { targets, own }: ReturnType<typeof mirrorList>): readonly string[] {
  return usedIn(fleet)
    .filter(({ site, image }) => {
      if (targets.has(image) || own.has(image)) return false;
      const host = image.slice(0, image.indexOf("/"));
      return image.startsWith(`${fleet.registry.server}/`) || !reaches(site, "images", host);
    })
    .map(({ path, image }) => `${path}: ${image}`);
}

const proxied = join(dirname(fileURLToPath(import.meta.url)), "../../aks-engine/testdata/proxied.yaml");
const cases = [...fleets.map(({ name }) => name), proxied].map((name) => ({ name, short: name.split("/").at(-1)! }));

describe("every image that a rendered file names", () => {
  it.each(cases)(
    "of $short is in the list of what is mirrored, where its makers are out of reach (R7, R24, R60)",
    ({ name }) => {
      const fleet = fleetNamed(name);
      const list = mirrorList(fleet);
      // A fleet that mirrors nothing has no list; its own images come from its pipelines all the same.
      const own =
        list.targets.size > 0
          ? list.own
          : new Set(usedIn(fleet).flatMap(({ image }) => (isOwn(fleet, image) ? [image] : [])));
      expect(missing(fleet, { ...list, own })).toEqual([]);
      expect(usedIn(fleet).length).toBeGreaterThan(8);
    },
  );

  it("is found in each family that runs something, and missed when the list lacks it", () => {
    const fleet = fleetNamed("ratings-disconnected");
    const families = new Set(usedIn(fleet).map(({ path }) => path.split("/")[0]));
    expect([...families].sort()).toEqual(expect.arrayContaining(["databases", "helm", "kubernetes"]));
    const list = mirrorList(fleet);
    for (const target of list.targets) {
      const shorter = { ...list, targets: new Set([...list.targets].filter((each) => each !== target)) };
      const used = usedIn(fleet).some(({ image }) => image === target);
      expect(missing(fleet, shorter).length > 0, target).toBe(used);
    }
    expect(usedIn(fleetNamed(proxied)).some(({ path }) => path.endsWith("node-proxy.yaml"))).toBe(true);
  });
});

function isOwn({ application, registry }: Fleet, image: string): boolean {
  return (
    application.components.some((component) => component.image === image) ||
    image.startsWith(`${registry.server}/holdfast-controller:`) ||
    image.startsWith(`${registry.server}/holdfast-postgres:`)
  );
}
