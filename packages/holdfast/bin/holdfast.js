#!/usr/bin/env node
// What `npx holdfast` and `kubectl holdfast` run. It must explain itself where the bundle is not there yet.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cachedDataVersionTag } from "node:v8";
import vm from "node:vm";

const bundle = new URL("../dist/holdfast.js", import.meta.url);
/** `check` alone: it is run on every save, so its start counts. */
const checkBundle = fileURLToPath(new URL("../dist/check.cjs", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`holdfast needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
} else if (!existsSync(bundle)) {
  fail("holdfast is not built yet. In the root of the repository run: npm ci (which builds it), or npm run build.");
} else if (process.argv[2] === "check" && existsSync(checkBundle)) {
  runCompiled(checkBundle);
} else {
  await import(bundle.href);
}

/**
 * Runs a bundle from what V8 compiled of it in an earlier run, which stands beside it; without that as any other script.
 * The name says for which build of which bundle by which V8, as V8 itself compares no more than the length of the text.
 */
function runCompiled(file) {
  const cache = `${file}-${Math.trunc(statSync(file).mtimeMs)}-${cachedDataVersionTag()}.cache`;
  const cachedData = readIfThere(cache);
  const script = new vm.Script(`(function (require) {${readFileSync(file, "latin1")}\n})`, {
    filename: file,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (cachedData === undefined || script.cachedDataRejected) keepCompiled(script, cache);
  script.runInThisContext()(createRequire(file));
}

/** At the end, when every function that was needed has been compiled. A folder that cannot be written is no reason to fail. */
function keepCompiled(script, cache) {
  process.once("exit", (code) => {
    if (code === 2) return;
    try {
      writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
      renameSync(`${cache}.${process.pid}`, cache);
    } catch {
      // The next run compiles again.
    }
  });
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
