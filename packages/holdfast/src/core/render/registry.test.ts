import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderFamilies } from "./index.ts";

describe("the registry of render families", () => {
  it("has every folder of this room", () => {
    const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["formats", "testing"].includes(entry.name))
      .map((entry) => entry.name);
    expect(folders.toSorted()).toEqual(renderFamilies.map(({ id }) => id).toSorted());
  });
});
