import { describe, expect, it } from "vitest";
import type { ProblemCode } from "../../base/index.ts";
import { parseFleet } from "./index.ts";
import type { ExampleName } from "./testing/examples.ts";
import { exampleText } from "./testing/examples.ts";

interface Broken {
  readonly what: string;
  readonly example?: ExampleName;
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly code: ProblemCode;
  /** Text of the line that the problem must point to: its first occurrence after the edits. */
  readonly line: string;
  readonly hint?: string;
  readonly message?: string;
}

const HUB: ExampleName = "ratings-azure-stack-hub";

const broken: readonly Broken[] = [
  {
    what: "a misspelt key",
    edits: [["    whenAlone: continue", "    whenalone: continue"]],
    code: "unknown-key",
    line: "whenalone",
    hint: 'Did you mean "whenAlone"?',
  },
  {
    what: "a misspelt top-level key",
    edits: [["traffic:", "trafic:"]],
    code: "unknown-key",
    line: "trafic:",
    hint: 'Did you mean "traffic"?',
  },
  {
    what: "a key of another section",
    edits: [["registry:", "registry:\n  ttl: 1s"]],
    code: "unknown-key",
    line: "  ttl: 1s",
    hint: "Keys here: server, pullSecret, kind, charts.",
  },
  {
    what: "a suppression without a reason",
    edits: [["registry:", `checks: { suppress: [{ rule: spare-replica, until: 2027-03-31 }] }\nregistry:`]],
    code: "missing-key",
    line: "checks:",
  },
  {
    what: "a suppression whose reason says nothing",
    edits: [
      [
        "registry:",
        `checks: { suppress: [{ rule: spare-replica, reason: "because!!", until: 2027-03-31 }] }\nregistry:`,
      ],
    ],
    code: "invalid-value",
    line: "checks:",
  },
  {
    what: "a version of the application that Helm would not take",
    edits: [["  namespace: ratings\n", '  namespace: ratings\n  version: "1.4"\n']],
    code: "invalid-value",
    line: "  version: ",
  },
  {
    what: "a suppression until a day that no calendar has",
    edits: [
      [
        "registry:",
        `checks: { suppress: [{ rule: spare-replica, reason: "because it is", until: 2027-02-29 }] }\nregistry:`,
      ],
    ],
    code: "invalid-value",
    line: "checks:",
  },
  {
    what: "an API profile that no Hub has",
    example: HUB,
    edits: [["connectivity: connected", "connectivity: connected\n      apiProfile: 2020-09-01-hybird"]],
    code: "invalid-value",
    line: "apiProfile",
    hint: 'Did you mean "2020-09-01-hybrid"?',
  },
  {
    what: "a certificate solver that is none",
    example: HUB,
    edits: [["solver: { kind: dns-01", "solver: { kind: dns-02"]],
    code: "invalid-value",
    line: "solver:",
    hint: 'Did you mean "dns-01"?',
  },
  {
    what: "updates by RFC 2136 to nowhere",
    example: HUB,
    edits: [["provider: azure-dns", "provider: rfc2136"]],
    code: "contradiction",
    line: "solver:",
    hint: "Add nameserver: <address>:53",
  },
  {
    what: "a name server for Azure DNS",
    example: HUB,
    edits: [["provider: azure-dns", "provider: azure-dns, nameserver: 10.0.0.1"]],
    code: "contradiction",
    line: "solver:",
  },
  {
    what: "a missing section",
    edits: [["registry:\n  server: holdfast.example\n", ""]],
    code: "missing-key",
    line: "apiVersion:",
  },
  {
    what: "a missing key",
    edits: [["    database: ratings\n", ""]],
    code: "missing-key",
    line: "  - name: ratings-db",
  },
  {
    what: "a key twice",
    edits: [["    storage: { size: 10Gi }", "    storage: { size: 10Gi }\n    storage: { size: 20Gi }"]],
    code: "duplicate-key",
    line: "20Gi",
  },
  { what: "another version of the format", edits: [["v1alpha1", "v2"]], code: "invalid-value", line: "apiVersion:" },
  {
    what: "a misspelt choice",
    edits: [["durability: replicated", "durability: replicate"]],
    code: "invalid-value",
    line: "durability:",
    hint: 'Did you mean "replicated"?',
  },
  {
    what: "a misspelt kind of union",
    edits: [["kind: priority", "kind: prio"]],
    code: "invalid-value",
    line: "policy:",
  },
  {
    what: "a union without its kind",
    edits: [["{ kind: none }", "{ secret: web-tls }"]],
    code: "missing-key",
    line: "tls:",
  },
  {
    what: "a number for text",
    edits: [["  name: ratings\n", "  name: 7\n"]],
    code: "wrong-type",
    line: "name: 7",
    hint: "Put it in quotes.",
  },
  {
    what: "text for a list",
    edits: [["sites: [seattle, portland]", "sites: seattle"]],
    code: "wrong-type",
    line: "sites: seattle",
  },
  {
    what: "nothing where a map is meant",
    edits: [["objectives:\n  availability: 99.95%\n  rto: 5s\n  rpo: 0s", "objectives:"]],
    code: "wrong-type",
    line: "objectives:",
  },
  {
    what: "text for a number, and what a control plane may have",
    example: HUB,
    edits: [["controlPlane: { count: 3", "controlPlane: { count: three"]],
    code: "wrong-type",
    line: "controlPlane: { count: three",
    message: "expected 1, 3 or 5 nodes, found text",
  },
  { what: "a duration without its unit", edits: [["rto: 5s", "rto: 5"]], code: "wrong-type", line: "rto:" },
  { what: "a bad percentage", edits: [["99.95%", "199%"]], code: "invalid-value", line: "availability:" },
  { what: "a DNS TTL in milliseconds", edits: [["ttl: 1s", "ttl: 1500ms"]], code: "invalid-value", line: "ttl:" },
  { what: "a bad bandwidth", edits: [["200Mbps", "200MB"]], code: "invalid-value", line: "200MB" },
  { what: "a bad memory quantity", edits: [["memory: 64Mi", "memory: 64MB"]], code: "invalid-value", line: "64MB" },
  {
    what: "a bad IPv4 address",
    edits: [["ingress: 192.0.2.10", "ingress: 192.0.2.310"]],
    code: "invalid-value",
    line: "192.0.2.310",
  },
  {
    what: "a port beyond 65535",
    edits: [["10.10.0.11:6443", "10.10.0.11:66443"]],
    code: "invalid-value",
    line: "66443",
  },
  {
    what: "a site name that is no DNS label",
    edits: [["- name: seattle", "- name: Seattle_1"]],
    code: "invalid-value",
    line: "Seattle_1",
  },
  { what: "a bad cron schedule", edits: [['"0 2 * * *"', '"at two"']], code: "invalid-value", line: "at two" },
  {
    what: "a site that is not there",
    edits: [["order: [seattle, portland]", "order: [seattle, portlnd]"]],
    code: "unknown-name",
    line: "portlnd",
    hint: 'Did you mean "portland"?',
  },
  {
    what: "a link to nowhere",
    edits: [["between: [seattle, boise]", "between: [seattle, idaho]"]],
    code: "unknown-name",
    line: "idaho",
  },
  {
    what: "a backup of a store that is not there",
    edits: [["store: ratings-db", "store: ratingsdb"]],
    code: "unknown-name",
    line: "ratingsdb",
    hint: 'Did you mean "ratings-db"?',
  },
  {
    what: "a connection to a component that is not there",
    edits: [["connectsTo: [ratings-api]", "connectsTo: [api]"]],
    code: "unknown-name",
    line: "connectsTo: [api]",
  },
  {
    what: "a probe of a port that is not there",
    edits: [["path: /readyz, port: http", "path: /readyz, port: htp"]],
    code: "unknown-name",
    line: "htp,",
    hint: 'Did you mean "http"?',
  },
  {
    what: "an application at the witness",
    edits: [["order: [seattle, portland]", "order: [seattle, boise]"]],
    code: "unknown-name",
    line: "order:",
  },
  {
    what: "two sites of one name",
    edits: [["- name: portland", "- name: seattle"]],
    code: "duplicate-name",
    line: "- name: seattle\n    location: { dataCentre: portland-1",
  },
  {
    what: "a component with a store's name",
    edits: [["- name: ratings-web", "- name: ratings-db"]],
    code: "duplicate-name",
    line: "  - name: ratings-db\n    engine",
  },
  {
    what: "a site twice in an order",
    edits: [["order: [seattle, portland]", "order: [seattle, seattle]"]],
    code: "duplicate-name",
    line: "order:",
  },
  {
    what: "a host outside the zone",
    edits: [["host: www.ratings.example", "host: www.rating.example"]],
    code: "contradiction",
    line: "host: www",
  },
  {
    what: "a link of a site with itself",
    edits: [["between: [seattle, boise]", "between: [seattle, seattle]"]],
    code: "contradiction",
    line: "[seattle, seattle]",
  },
  {
    what: "a link twice",
    edits: [["between: [seattle, boise]", "between: [portland, seattle]"]],
    code: "contradiction",
    line: "[portland, seattle]",
  },
  {
    what: "requests above limits",
    edits: [["cpu: 250m, memory", "cpu: 2, memory"]],
    code: "contradiction",
    line: "cpu: 2, memory",
  },
  {
    what: "fewest replicas above the most",
    edits: [["replicas: 2", "replicas: { min: 5, max: 3 }"]],
    code: "contradiction",
    line: "min: 5",
  },
  {
    what: "an unknown key in replicas",
    edits: [["replicas: 2", "replicas: { min: 1, max: 3, cpu: 50% }"]],
    code: "unknown-key",
    line: "cpu: 50%",
  },
  {
    what: "an unknown placeholder",
    edits: [["SITE_NAME: ${site}", "SITE_NAME: ${region}"]],
    code: "contradiction",
    line: "${region}",
  },
  {
    what: "a variable that is set twice",
    edits: [["SITE_NAME: ${site}\n      secrets", "DATABASE_URL: none\n      secrets"]],
    code: "contradiction",
    line: "env: DATABASE_URL",
  },
  {
    what: "a path that leads to two components",
    edits: [["paths: [/healthz]", "paths: [/]"]],
    code: "contradiction",
    line: "        paths: [/]\n\nstores:",
  },
  {
    what: "a password by its name",
    edits: [["SITE_NAME: ${site}", "DB_PASSWORD: hunter2"]],
    code: "secret-in-plain-text",
    line: "DB_PASSWORD",
  },
  {
    what: "a password in a URL",
    edits: [["API: http://ratings-api:3000", "API: http://bob:hunter2@ratings-api"]],
    code: "secret-in-plain-text",
    line: "API:",
  },
  {
    what: "a token in a comment, which Git keeps too (R122)",
    edits: [["registry:\n", `registry: # token: ghp_${"a1B2".repeat(9)}\n`]],
    code: "secret-in-plain-text",
    line: "registry:",
  },
  {
    what: "a key as a key",
    edits: [["SITE_NAME: ${site}", `AKIA${"ABCD".repeat(4)}: x`]],
    code: "secret-in-plain-text",
    line: "AKIA",
  },
  {
    what: "an Azure application's secret",
    edits: [["SITE_NAME: ${site}", `SITE_NAME: abc8Q~${"xY0_".repeat(8)}`]],
    code: "secret-in-plain-text",
    line: "SITE_NAME:",
  },
  {
    what: "bad YAML",
    edits: [["sites: [seattle, portland]", "sites: [seattle, portland"]],
    code: "yaml-syntax",
    line: "storage: { size: 10Gi }",
  },
  {
    what: "an anchor that is not there",
    edits: [["location: { dataCentre: portland-1, region: us-west, country: US }", "location: *west"]],
    code: "yaml-syntax",
    line: "*west",
  },
  {
    what: "a node range outside the network",
    example: HUB,
    edits: [["range: 10.100.1.0/24", "range: 10.200.1.0/24"]],
    code: "contradiction",
    line: "10.200.1.0/24",
  },
  {
    what: "an IPv4 range with host bits",
    example: HUB,
    edits: [["10.100.0.0/16", "10.100.0.1/16"]],
    code: "invalid-value",
    line: "10.100.0.1/16",
  },
  {
    what: "a Kubernetes version that YAML reads as a number",
    example: HUB,
    edits: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.34"]],
    code: "wrong-type",
    line: "kubernetesVersion",
    hint: "Put it in quotes.",
  },
  {
    what: "a key of another platform",
    example: HUB,
    edits: [["kind: azure-stack-hub", "kind: kubernetes"]],
    code: "unknown-key",
    line: "portalUrl",
  },
  {
    what: "a data member at the witness",
    example: HUB,
    edits: [["{ site: azure-central, role: arbiter }", "{ site: azure-central }"]],
    code: "contradiction",
    line: "{ site: azure-central }",
  },
  {
    what: "Traffic Manager without its profile",
    example: HUB,
    edits: [["  azureTrafficManager: { relativeName: ratings-contoso, resourceGroup: ratings-global }\n", ""]],
    code: "contradiction",
    line: "provider: azure-traffic-manager",
  },
  {
    what: "a group that includes itself",
    example: HUB,
    edits: [
      [
        "      purpose: Builds and repairs every cluster",
        "      purpose: Builds\n      includes: [Seattle K8s Cluster Contributor]",
      ],
    ],
    code: "contradiction",
    line: "includes: [Seattle",
  },
  {
    what: "an SSH key that is none",
    example: HUB,
    edits: [["publicKey: ssh-rsa", "publicKey: PuTTY"]],
    code: "invalid-value",
    line: "publicKey:",
  },
];

describe("a broken fleet file", () => {
  it.each(broken)("$what: $code", ({ example = "ratings", edits, code, line, hint, message }) => {
    const text = exampleText(example, edits);
    const parsed = parseFleet(text, "holdfast.yaml");
    const problems = parsed.ok ? [] : parsed.error;
    const expectedLine = text.slice(0, text.indexOf(line)).split("\n").length;
    const match = problems.find((problem) => problem.code === code && problem.at?.line === expectedLine);
    expect(match, `expected ${code} on line ${expectedLine}, found ${JSON.stringify(problems, null, 1)}`).toBeDefined();
    if (hint !== undefined) expect(match?.hint).toBe(hint);
    if (message !== undefined) expect(match?.message).toBe(message);
  });

  it.each([
    ["", "document-empty", "the file is empty"],
    ["# only a comment\n", "document-empty", "the file is empty"],
    ["- list\n", "wrong-type", "expected a map, found a list"],
    ["words\n", "wrong-type", "expected a map, found text"],
  ])("says of %j how to begin", (text, code, message) => {
    const parsed = parseFleet(text, "holdfast.yaml");
    const [problem, ...rest] = parsed.ok ? [] : parsed.error;
    expect([problem, rest]).toEqual([
      expect.objectContaining({ code, message, hint: expect.stringContaining("holdfast init") as string }),
      [],
    ]);
  });

  it("does not advise to split what is one document", () => {
    const parsed = parseFleet(`a: ${"x".repeat(5_000_000)}`, "holdfast.yaml");
    const [problem] = parsed.ok ? [] : parsed.error;
    expect(problem).toMatchObject({ code: "document-too-complex" });
    expect(problem?.hint).not.toMatch(/split/i);
  });

  it("says once what is wrong with something that an alias repeats", () => {
    const text = exampleText("ratings", [
      [
        "location: { dataCentre: seattle-1, region: us-west, country: US }",
        "location: &here { dataCentre: [7], region: us-west, country: US }",
      ],
      ["location: { dataCentre: portland-1, region: us-west, country: US }", "location: *here"],
    ]);
    const parsed = parseFleet(text, "holdfast.yaml");
    const problems = parsed.ok ? [] : parsed.error;
    expect(problems.map(({ path }) => path)).toEqual(["sites[0].location.dataCentre"]);
  });

  it("reports several problems at once, in the order of the file", () => {
    const text = exampleText("ratings", [
      ["between: [seattle, boise]", "between: [seatle, boise]"],
      ["ttl: 1s", "ttl: soon"],
      ["keep: 14", "kept: 14"],
    ]);
    const parsed = parseFleet(text, "holdfast.yaml");
    expect(parsed.ok ? [] : parsed.error.map((problem) => problem.code)).toEqual([
      "unknown-name",
      "invalid-value",
      "unknown-key",
    ]);
  });

  it("never repeats a secret in a message (R121)", () => {
    const text = exampleText("ratings", [
      ["API: http://ratings-api:3000", "DB_PASSWORD: hunter2\n        URL: postgres://app:hunter3@db/x"],
    ]);
    expect(JSON.stringify(parseFleet(text, "holdfast.yaml"))).not.toMatch(/hunter/);
  });
});
