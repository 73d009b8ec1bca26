#!/usr/bin/env node
// What `npx holdfast` and `kubectl holdfast` run. It must explain itself where the bundle is not there yet.
import { existsSync } from "node:fs";

const bundle = new URL("../dist/holdfast.js", import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`holdfast needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
} else if (!existsSync(bundle)) {
  fail("holdfast is not built yet. In the root of the repository run: npm ci (which builds it), or npm run build.");
} else {
  await import(bundle.href);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
