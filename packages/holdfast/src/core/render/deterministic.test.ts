import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { membersOf, parseFleet } from "../spec/index.ts";
import type { Fleet } from "../spec/index.ts";
import { isInScope, renderFamilies, renderFiles } from "./index.ts";
import { fleets } from "./testing/examples.ts";

function fleetOf(text: string): Fleet {
  const parsed = parseFleet(text, "holdfast.yaml");
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("\n"));
  return parsed.value;
}

function rendered(fleet: Fleet, sites = membersOf(fleet).map(({ name }) => name), fleetFiles = true) {
  const scope = { families: renderFamilies, sites: new Set(sites), fleetFiles };
  return { scope, files: [...renderFiles(fleet, scope)].flat() };
}

describe.each(fleets)("rendering $name with every family", ({ file }) => {
  const text = readFileSync(file, "utf8");
  const fleet = fleetOf(text);

  it("gives the same bytes again, also of a file whose keys stand in another order (R78, R79)", () => {
    const { files } = rendered(fleet);
    expect(rendered(fleetOf(text)).files).toEqual(files);
    expect(rendered(fleetOf(JSON.stringify(reversed(parse(text))))).files).toEqual(files);
  });

  it("gives each path once, none that leaves its folder, and none that a later run would not find again", () => {
    const { files, scope } = rendered(fleet);
    const paths = files.map(({ path }) => path);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    for (const path of paths) {
      expect(path).toMatch(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/);
      expect(path.split("/")).not.toContain("..");
      expect(isInScope(path, scope), path).toBe(true);
    }
  });

  it("gives for one site what it gives for it among all", () => {
    const all = rendered(fleet).files;
    for (const { name } of membersOf(fleet)) {
      const own = rendered(fleet, [name], false).files;
      expect(own).toEqual(all.filter(({ path }) => path.split("/")[1] === name));
    }
  });

  it("ends each text file with one line's end, and has no carriage return", () => {
    for (const { path, content } of rendered(fleet).files) {
      expect(content.endsWith("\n"), path).toBe(true);
      expect(content.includes("\r"), path).toBe(false);
    }
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
