import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { maskSecrets, membersOf } from "../spec/index.ts";
import type { Fleet } from "../spec/index.ts";
import { renderFamilies, renderFiles } from "./index.ts";
import { fleetNamed, fleets } from "./testing/examples.ts";

/** What stands for a value that is somewhere else: of a shell, a pipeline, a chart or a template. */
const REFERENCE = /\$\(<?[^()]*\)|\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{(?:username|password)\}|\$[A-Za-z_]\w*/g;
const NAMED_VALUE = /\b[A-Z_]*(?:PASSWORD|SECRET|TOKEN|ACCESS_KEY|PRIVATE_KEY)=["']?([^\s"'\\|)]{6,})/g;
/** What else is given to such a name: where the value is kept, and by which kind of place. */
const PLACE =
  /^(?:[$§].*|key-vault|[a-z0-9-]+--[a-z0-9-]+--[a-z0-9-]+|holdfast\/[\w./-]+#[\w.-]+|[A-Z0-9_]+__[A-Z0-9_]+)$/;
const SCHEMA = /https:\/\/schema\.management\.azure\.com\/\S+/g;
/** Long and mixed like a key. */
const DENSE = /[A-Za-z0-9+/_-]{36,}={0,2}/g;

/** What in a text could be a secret, as it would be shown. `known` is the fleet file, which is scanned itself and holds public keys. */
function suspicious(text: string, known: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const bare = line
      .replaceAll(SCHEMA, "")
      .replaceAll(REFERENCE, "§")
      .replaceAll(/:\s*(?:"|&quot;)?§(?:"|&quot;)?/g, " ");
    return [
      ...(maskSecrets(bare) === bare ? [] : [maskSecrets(bare).trim()]),
      ...[...bare.matchAll(NAMED_VALUE)].map(([, value = ""]) => value).filter((value) => !PLACE.test(value)),
      ...[...bare.matchAll(DENSE)].map(([word]) => word).filter((word) => looksRandom(word) && !known.includes(word)),
    ];
  });
}

/** A path or a sentence has few digits and repeats itself; a digest in hexadecimal is no secret. */
function looksRandom(word: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
  const counts = word
    .split("")
    .reduce((map, letter) => map.set(letter, (map.get(letter) ?? 0) + 1), new Map<string, number>());
  const bits = [...counts.values()].reduce(
    (sum, count) => sum - (count / word.length) * Math.log2(count / word.length),
    0,
  );
  return kinds === 3 && bits > 4.2 && (word.match(/\d/g) ?? []).length > word.length / 12;
}

function allFiles(fleet: Fleet) {
  const sites = new Set(membersOf(fleet).map(({ name }) => name));
  return [...renderFiles(fleet, { families: renderFamilies, sites, fleetFiles: true })].flat();
}

describe.each(fleets)("everything that is rendered for $name", ({ name, file }) => {
  it("holds no secret in plain text (R94, R120, R121, R122)", () => {
    const text = readFileSync(file, "utf8");
    const found = allFiles(fleetNamed(name)).flatMap(({ path, content }) =>
      suspicious(content, text).map((secret) => `${path}: ${secret}`),
    );
    expect(found).toEqual([]);
  });
});

describe("the scan", () => {
  it.each([
    ["a URL with a password", "mongodb://app:hunter22@db:27017/ratings"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----MIIE"],
    ["a connection string", "Server=db;Password=hunter22;"],
    ["a named value of YAML", 'AZURE_CLIENT_SECRET: "hunter22"'],
    ["a named value of a shell", "export AZURE_CLIENT_SECRET=hunter22"],
    ["a key without a name", '"value": "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZkdISUpLTE1OT1A5"'],
    ["an Azure storage key", "AccountKey=Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg=="],
  ])("finds %s", (_what, text) => {
    expect(suspicious(text, "")).not.toEqual([]);
  });

  it.each([
    'AZURE_CLIENT_SECRET: "$(seattle--hub--client-secret)"',
    "postgresql://{username}:{password}@ratings-db-rw:5432/ratings",
    'password: "{{ .password }}"',
    'VAULT_TOKEN="$(vault write -field=token auth/approle/login)"',
    "MODEL_SHA256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "kubernetes/seattle/ratings/ratings-api/horizontal-pod-autoscaler.yaml",
  ])("takes %s for what it is", (text) => {
    expect(suspicious(text, "")).toEqual([]);
  });
});
