import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { examples } from "../testing/example-fleets.ts";
import { allFiles } from "../testing/examples.ts";
import { kubernetesFamily } from "./index.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../../../..");
const dist = join(root, "packages/holdfast/dist");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Target {
  readonly name: string;
  readonly user: string;
  readonly exposed: readonly string[];
  /** The file that it starts, within the image. */
  readonly program: string;
  readonly copies: readonly { readonly from: string; readonly to: string }[];
}

/** Every stage that something is started in: what its instructions say, and those of the stages that it is made from. */
function targetsOf(dockerfile: string): readonly Target[] {
  const stages = new Map<string, readonly string[]>();
  let current = "";
  for (const line of dockerfile.split("\n")) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (from !== undefined && name !== undefined) stages.set((current = name), [...(stages.get(from) ?? [])]);
    else stages.set(current, [...(stages.get(current) ?? []), line]);
  }
  return [...stages].flatMap(([name, lines]) => {
    const last = (instruction: string) => lines.findLast((line) => line.startsWith(`${instruction} `))?.split(" ");
    const [, ...entry] = last("ENTRYPOINT") ?? [];
    if (entry.length === 0) return [];
    const [interpreter, program = ""] = JSON.parse(entry.join(" ")) as string[];
    expect([interpreter, last("WORKDIR")]).toEqual(["node", ["WORKDIR", "/app"]]);
    const copies = lines.flatMap((line) => {
      const words = line.split(" ").filter((word) => !word.startsWith("--"));
      const [to = ""] = words.slice(-1);
      return words[0] === "COPY" ? words.slice(1, -1).map((from) => ({ from: from.replace(/^\/src\//, ""), to })) : [];
    });
    return [{ name, user: last("USER")?.[1] ?? "root", exposed: last("EXPOSE")?.slice(1) ?? [], program, copies }];
  });
}

interface Pod {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly {
    readonly image: string;
    readonly command?: unknown;
    readonly args?: unknown;
    readonly ports?: readonly { readonly containerPort: number; readonly protocol: string }[];
  }[];
}

/** MongoDB's is its makers', carried over by `mirror.sh`. */
const FOREIGN = new Set(["mongo"]);
const targets = targetsOf(read("images/Dockerfile"));
const used = examples.flatMap(({ fleet }) =>
  allFiles(kubernetesFamily, fleet)
    .filter(({ path }) => path.endsWith(".yaml"))
    .flatMap(({ content }) => parseAllDocuments(content))
    .map((document) => document.toJS() as { readonly spec?: { readonly template?: { readonly spec?: Pod } } })
    .flatMap(({ spec }) => spec?.template?.spec ?? [])
    .flatMap((pod) => pod.containers.map((container) => ({ pod, container, name: nameOf(container.image) }))),
);

function nameOf(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1).replace(/[:@].*$/, "");
}

describe("images/Dockerfile", () => {
  it("has a target for each image of ours that a manifest names, and no other (R24)", () => {
    const names = new Set(used.map(({ name }) => name).filter((name) => !FOREIGN.has(name)));
    expect(targets.map(({ name }) => name).sort()).toEqual([...names].sort());
    const page = read("images/README.md");
    for (const { name } of targets) expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, "m"));
  });

  describe.each(targets)("$name", ({ name, user, exposed, program, copies }) => {
    const pods = used.filter((each) => each.name === name);

    it("runs as the user that the manifests ask for", () => {
      for (const { pod } of pods)
        expect(user).toBe(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`);
    });

    it("exposes the ports that the manifests name, and starts by itself", () => {
      const ports = pods.flatMap(({ container }) =>
        (container.ports ?? []).map((port) => `${port.containerPort}/${port.protocol.toLowerCase()}`),
      );
      expect([...exposed].sort()).toEqual([...new Set(ports)].sort());
      for (const { container } of pods) expect([container.command, container.args]).toEqual([undefined, undefined]);
    });

    it("starts a file that the build makes", () => {
      const [, processes = ""] = /const processes = \{(.*?)\};/s.exec(read("scripts/build.mjs")) ?? [];
      const built = [...processes.matchAll(/^\s+"?([\w-]+)"?: "/gm)].map(([, key]) => `${key ?? ""}.js`);
      expect(built.length).toBeGreaterThan(4);
      expect(program).toBe(`/app/${basename(program)}`);
      expect(built).toContain(basename(program));
      expect(copies.map(({ from }) => from)).toContain(`packages/holdfast/dist/${basename(program)}`);
    });
  });

  it("has the build's base image allow what package.json asks for", () => {
    const [, major = "", minor = ""] = /^ARG NODE_IMAGE=\S+\/node:(\d+)\.(\d+)\.\d+-bookworm-slim$/m.exec(
      read("images/Dockerfile"),
    )!;
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const [, least = "", leastMinor = ""] = /^>=(\d+)\.(\d+)$/.exec(engines.node)!;
    expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(Number(least) * 1000 + Number(leastMinor));
  });

  it("copies nothing that .dockerignore leaves out", () => {
    const lines = read(".dockerignore").split("\n");
    const open = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    const needed = [
      ...targets.flatMap(({ copies }) => copies.map(({ from }) => from)),
      ...["package.json", "package-lock.json", "scripts/build.mjs", "apps", "packages"],
    ].filter((path) => !/^(?:node_modules|packages\/holdfast\/dist)\//.test(path));
    expect(lines).toContain("*");
    for (const path of needed)
      expect(
        open.some((each) => path === each || path.startsWith(`${each}/`)),
        path,
      ).toBe(true);
  });
});

/** In CI the bundles are there, for `npm ci` makes them. */
const skipped = !existsSync(join(dist, "controller.js")) && process.env["CI"] === undefined;

describe.skipIf(skipped).each(targets)("the files of $name", ({ name, program, copies }) => {
  let image = "";
  beforeAll(() => {
    image = mkdtempSync(join(tmpdir(), `holdfast-image-${name}-`));
    for (const { from, to } of copies) copyInto(join(image, "app", to), from);
  });
  afterAll(() => rmSync(image, { recursive: true }));

  it("are all that it loads", () => {
    const folder = join(image, "app");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith(".js") && !path.startsWith("node_modules"),
    );
    for (const path of files)
      for (const [, imported = ""] of readFileSync(join(folder, path), "utf8").matchAll(
        /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g,
      ))
        expect(existsSync(join(folder, dirname(path), imported)), `${path}: ${imported}`).toBe(true);
  });

  it("start, and ask for what a pod would give them", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(image, program)], {
      env: { CONTAINER_ROOT: image },
      encoding: "utf8",
      timeout: 15_000,
    });
    const asks: Readonly<Record<string, string>> = {
      "holdfast-controller": "config.json",
      "holdfast-postgres": "DATA_DIR is not set",
      "ratings-api": "DATABASE_URL (or MONGODB_URI) is missing",
      "ratings-web": "API is missing",
    };
    expect(stdout + stderr).toContain(asks[name]);
    expect(stderr).not.toMatch(/ERR_MODULE_NOT_FOUND|MODULE_TYPELESS/);
    expect(status).toBe(name === "holdfast-controller" ? 1 : 2);
  });
});

/** As COPY does: a folder's content, or files, by name or by one `*`. PostgreSQL is not copied, for it is large and not started. */
function copyInto(to: string, from: string): void {
  if (from.startsWith("node_modules/")) return;
  const folder = join(root, dirname(from));
  const [start = "", end] = basename(from).split("*");
  const matching = readdirSync(folder, { withFileTypes: true }).filter(({ name }) =>
    end === undefined ? name === start : name.startsWith(start) && name.endsWith(end),
  );
  expect(matching.length, from).toBeGreaterThan(0);
  mkdirSync(to, { recursive: true });
  for (const entry of matching)
    cpSync(join(folder, entry.name), entry.isDirectory() ? to : join(to, entry.name), { recursive: true });
}
