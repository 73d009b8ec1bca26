import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { membersOf } from "../../../spec/index.ts";
import { kubernetesFamily } from "../../kubernetes/index.ts";
import { allFiles, fleetNamed } from "../../testing/examples.ts";
import { databasesFamily } from "../../databases/index.ts";
import { helmFamily } from "../index.ts";

const fleet = fleetNamed("ratings-disconnected");
const { server } = fleet.registry;
const content = (path: string, of = fleet): string =>
  allFiles(helmFamily, of).find((file) => file.path === path)!.content;
const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

/** Everything in parsed YAML that says where an image or a chart comes from. */
function imagesIn(data: unknown): readonly string[] {
  if (Array.isArray(data)) return data.flatMap(imagesIn);
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([key, value]: [string, unknown]) =>
    /^(?:image|imageName|repository|registry|initImage)$/.test(key) && typeof value === "string"
      ? [value]
      : imagesIn(value),
  );
}

describe("a disconnected fleet", () => {
  it.each([helmFamily, kubernetesFamily, databasesFamily])(
    "pulls in $id from its own registry alone (R7, R60, R61, R138)",
    (family) => {
      let seen = 0;
      for (const { name } of membersOf(fleet)) {
        for (const { path, content: text } of allFiles(family, fleet)) {
          if (!path.startsWith(`${name}/`) || !path.endsWith(".yaml")) continue;
          for (const document of text.split(/^---$/m)) {
            for (const image of imagesIn(parse(document))) {
              // With a registry of its own beside it, it is a path.
              if (/^(?:[a-z0-9-]+\/)+[a-z0-9-]+$|^mongodb$/.test(image)) continue;
              expect(image, path).toMatch(new RegExp(`^${server.replaceAll(".", "\\.")}(?:/|$)`));
              seen += 1;
            }
          }
        }
      }
      expect(seen).toBeGreaterThan(4);
    },
  );

  it("names no public address in its scripts and values (R66, R138)", () => {
    for (const { path, content: text } of allFiles(helmFamily, fleet)) {
      if (!/^(?:fort-|operations)/.test(path)) continue;
      const said = text
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n");
      expect(said, path).not.toMatch(/quay\.io|ghcr\.io|docker\.io|registry\.k8s\.io|github\.io|letsencrypt/);
    }
  });

  it("has each image that its values name in the list, under the same name there (R7, R24)", () => {
    const targets = lines(content("IMAGES.txt")).map((line) => line.split(" ")[1]!);
    expect(new Set(targets).size).toBe(targets.length);
    for (const target of targets) expect(target.startsWith(`${server}/`)).toBe(true);
    const named = new Set<string>();
    const visit = (data: unknown): void => {
      if (typeof data !== "object" || data === null) return;
      const map = data as Readonly<Record<string, unknown>>;
      const repository = map["repository"] ?? (typeof map["image"] === "string" ? map["image"] : undefined);
      if (typeof repository === "string" && typeof map["tag"] === "string")
        named.add(`${typeof map["registry"] === "string" ? `${map["registry"]}/` : ""}${repository}:${map["tag"]}`);
      Object.values(map).forEach(visit);
    };
    for (const { path, content: text } of allFiles(helmFamily, fleet))
      if (/^fort-.*platform.*values\.yaml$/.test(path)) visit(parse(text));
    expect(named.size).toBeGreaterThan(12);
    for (const image of named) expect(targets).toContain(image);
    for (const { path, content: text } of allFiles(databasesFamily, fleet)) {
      if (!path.endsWith(".yaml")) continue;
      for (const image of text.split(/^---$/m).flatMap((document) => imagesIn(parse(document))))
        if (image.startsWith(server)) expect(targets, path).toContain(image);
    }
  });
});

it("carries nothing where every site reaches the makers' registries (R60)", () => {
  const paths = allFiles(helmFamily, fleetNamed("ratings")).map(({ path }) => path);
  expect(paths.filter((path) => /IMAGES|CHARTS|mirror/.test(path))).toEqual([]);
});

it("pulls from a registry that the site's firewall lets through, and mirrors the others (R7, R60)", () => {
  const hub = fleetNamed("ratings-azure-stack-hub", (text) =>
    text.replace("{ purpose: images, host: mcr.microsoft.com }", '{ purpose: images, host: "docker.io" }'),
  );
  const nginx = parse(content("seattle/platform/nginx-ingress/values.yaml", hub)) as {
    controller: { image: { repository: string } };
  };
  expect(nginx.controller.image.repository).toBe("docker.io/nginx/nginx-ingress");
  const list = content("IMAGES.txt", hub);
  expect(list).not.toContain("docker.io/nginx");
  expect(list).toContain("quay.io/jetstack/cert-manager-controller");
});

describe("mirror.sh", () => {
  /** Runs it with programs that only write down what they were asked. */
  function run(...args: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-mirror-"));
    mkdirSync(join(folder, "bin"));
    for (const program of ["skopeo", "helm"]) {
      writeFileSync(join(folder, "bin", program), `#!/bin/sh\necho ${program} "$@" >>${join(folder, "log")}\n`);
      chmodSync(join(folder, "bin", program), 0o755);
    }
    for (const name of ["IMAGES.txt", "CHARTS.txt", "mirror.sh"]) writeFileSync(join(folder, name), content(name));
    execFileSync(
      "sh",
      [join(folder, "mirror.sh"), ...args.map((arg) => arg.replace("FOLDER", join(folder, "carried")))],
      {
        env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` },
      },
    );
    return readFileSync(join(folder, "log"), "utf8").replaceAll(folder, "");
  }
  const images = lines(content("IMAGES.txt")).length;
  const charts = lines(content("CHARTS.txt")).length;

  it("copies each image and chart where both sides are reached (R61)", () => {
    const log = run("copy");
    expect(log.match(/^skopeo copy .* docker:\/\/\S+ docker:\/\/registry\.enclave\.example\/\S+$/gm)).toHaveLength(
      images,
    );
    expect(log.match(/^helm pull /gm)).toHaveLength(charts);
    expect(
      log.match(/^helm push .*cert-manager-v1\.\S+\.tgz oci:\/\/registry\.enclave\.example\/helm$/gm),
    ).toHaveLength(1);
  });

  it("takes two steps where a disk is carried between them, with the same names in both (R138)", () => {
    const into = run("pull", "FOLDER").match(/dir:\S+/g)!;
    const from = run("push", "FOLDER").match(/dir:\S+/g)!;
    expect(into).toHaveLength(images);
    expect(from).toEqual(into);
  });

  it("says how to use it when it is asked for something else", () => {
    expect(() => run("carry")).toThrow(/mirror\.sh copy/);
    expect(() => run("pull")).toThrow(/mirror\.sh pull FOLDER/);
  });
});
