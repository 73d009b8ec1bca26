import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import type { Finding } from "../design-rules/index.ts";
import { parseFleetDocument } from "../spec/index.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { changeRules, checkChange } from "./index.ts";

interface ChangeCase {
  readonly what: string;
  readonly example: ExampleName;
  /** What the old file says otherwise than the example. */
  readonly old?: readonly Edit[];
  /** What the new file says otherwise than the old one. */
  readonly edits: readonly Edit[];
  /** `severity rule path` of each finding, in the order of the file. */
  readonly findings: readonly string[];
  /** A part of the first message or hint. */
  readonly says?: string;
}

const hub = "ratings-azure-stack-hub";
const three = "ratings-three-sites";
/** Takes a site of ratings-three-sites out of the file: from its name to the next one's. */
const without: Record<"denver", readonly Edit[]> = {
  denver: [
    ["sites: [seattle, orlando, denver]", "sites: [seattle, orlando]"],
    ["targets: [orlando, seattle, denver]", "targets: [orlando, seattle]"],
    ["    denver: denver-hub\n", ""],
    ["stages: [denver, orlando, seattle]", "stages: [orlando, seattle]"],
    ["roles: [{ plane: azure, role: Contributor, sites: [denver] }]", "roles: []"],
    ['    - { site: denver, days: [sa], start: "02:00", duration: 3h, timeZone: America/Denver }\n', ""],
    ["  - { between: [seattle, denver], kind: vpn, latency: 34ms, bandwidth: 200Mbps }\n", ""],
    ["  - { between: [orlando, denver], kind: vpn, latency: 41ms, bandwidth: 200Mbps }\n", ""],
  ],
};

const cases: readonly ChangeCase[] = [
  {
    what: "more control-plane nodes (R43)",
    example: hub,
    edits: [["controlPlane: { count: 3", "controlPlane: { count: 5"]],
    findings: [
      "error change-control-plane-count sites[0].cluster.controlPlane.count",
      "error change-control-plane-count sites[1].cluster.controlPlane.count",
    ],
    says: "seattle has 3 control-plane nodes, and AKS Engine cannot make them 5",
  },
  {
    what: "other VM sizes: possible, by an upgrade that rebuilds every VM (R47)",
    example: hub,
    edits: [
      ["vmSize: Standard_DS2_v2", "vmSize: Standard_DS3_v2"],
      ["vmSize: Standard_D4_v2", "vmSize: Standard_D5_v2"],
    ],
    findings: [
      "warning change-vm-size sites[0].cluster.controlPlane.vmSize",
      "warning change-vm-size sites[1].cluster.controlPlane.vmSize",
      "warning change-vm-size sites[0].cluster.workerPools[0].vmSize",
      "warning change-vm-size sites[1].cluster.workerPools[0].vmSize",
    ],
    says: "only `aks-engine-azurestack upgrade` makes Standard_DS2_v2 Standard_DS3_v2: it rebuilds every VM",
  },
  {
    what: "two minor versions of Kubernetes at once (R125)",
    example: hub,
    old: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.32.9"]],
    edits: [["kubernetesVersion: 1.32.9", "kubernetesVersion: 1.34.4"]],
    findings: [
      "error change-kubernetes-version sites[0].cluster.kubernetesVersion",
      "error change-kubernetes-version sites[1].cluster.kubernetesVersion",
    ],
    says: "Upgrade to 1.33 first",
  },
  {
    what: "an older Kubernetes (R125)",
    example: hub,
    edits: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.33.10"]],
    findings: [
      "error change-kubernetes-version sites[0].cluster.kubernetesVersion",
      "error change-kubernetes-version sites[1].cluster.kubernetesVersion",
    ],
    says: "a cluster cannot go back to 1.33.10",
  },
  {
    what: "the next minor version: it is an upgrade (R125)",
    example: hub,
    edits: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.35.0"]],
    findings: [],
  },
  {
    what: "another network plugin (R71)",
    example: hub,
    edits: [["networkPlugin: kubenet", "networkPlugin: azure"]],
    findings: [
      "error change-network-plugin sites[0].cluster.networkPlugin",
      "error change-network-plugin sites[1].cluster.networkPlugin",
    ],
  },
  {
    what: "another DNS prefix (R67)",
    example: hub,
    edits: [["dnsPrefix: ratings", "dnsPrefix: stars"]],
    findings: [
      "error change-dns-prefix sites[0].cluster.dnsPrefix",
      "error change-dns-prefix sites[1].cluster.dnsPrefix",
    ],
  },
  {
    what: "another Hub, subscription and resource group (R140)",
    example: hub,
    edits: [
      ["portalUrl: https://portal.seattle.azurestack", "portalUrl: https://portal.seattle2.azurestack"],
      ["subscription: ratings-seattle", "subscription: ratings-west"],
      ["      resourceGroup: ratings-seattle-k8s", "      resourceGroup: ratings-west-k8s"],
    ],
    findings: [
      "error change-platform sites[0].platform.portalUrl",
      "error change-platform sites[0].platform.subscription",
      "error change-platform sites[0].platform.resourceGroup",
    ],
  },
  {
    what: "another identity provider (R111)",
    example: hub,
    edits: [["identity: azure-ad", "identity: adfs"]],
    findings: ["error change-platform sites[0].platform.identity"],
    says: "seattle is on a Hub whose identity provider is azure-ad, and cannot move to adfs",
  },
  {
    what: "another kind of platform (R140)",
    example: "ratings",
    old: [],
    edits: [
      [
        "platform: { kind: kubernetes }",
        "platform: { kind: azure-stack-hub, portalUrl: https://portal.seattle.hub.example, identity: adfs, subscription: s, resourceGroup: r }",
      ],
    ],
    findings: ["error change-platform sites[0].platform.kind"],
  },
  {
    what: "an older AKS Engine (R126)",
    example: hub,
    edits: [["engine: { version: 0.85.0 }", "engine: { version: 0.84.2 }"]],
    findings: ["error change-engine-version sites[0].platform.engine.version"],
  },
  {
    what: "a newer AKS Engine (R126)",
    example: hub,
    old: [["engine: { version: 0.85.0 }", "engine: { version: 0.9.3 }"]],
    edits: [["engine: { version: 0.9.3 }", "engine: { version: 0.85.0 }"]],
    findings: [],
  },
  {
    what: "another address space (R71)",
    example: hub,
    edits: [["addressSpaces: [10.100.0.0/16]", "addressSpaces: [10.100.0.0/17, 10.100.128.0/17]"]],
    findings: ["error change-network sites[0].network.addressSpaces"],
    says: "seattle lies in 10.100.0.0/16, which its network would no longer have",
  },
  {
    what: "one address space more: a virtual network can grow (R71)",
    example: hub,
    edits: [["addressSpaces: [10.100.0.0/16]", "addressSpaces: [10.100.0.0/16, 10.90.0.0/16]"]],
    findings: [],
  },
  {
    what: "other subnets and ranges (R71, R72)",
    example: hub,
    edits: [
      ["virtualNetwork: ratings-seattle", "virtualNetwork: other"],
      [
        "nodeSubnet: { name: k8s-nodes, range: 10.100.1.0/24 }",
        "nodeSubnet: { name: k8s-nodes, range: 10.100.0.0/23 }",
      ],
      ["gatewaySubnet: 10.100.255.224/27", "gatewaySubnet: 10.100.255.192/27"],
      ["firstControlPlaneAddress: 10.100.1.229", "firstControlPlaneAddress: 10.100.1.228"],
      ["podRange: 10.110.0.0/16", "podRange: 10.112.0.0/16"],
      ["serviceRange: 10.120.0.0/16", "serviceRange: 10.122.0.0/16"],
      ["dnsServiceAddress: 10.120.0.10", "dnsServiceAddress: 10.122.0.10"],
    ],
    findings: [
      "error change-network sites[0].network.existing",
      "error change-network sites[0].network.nodeSubnet",
      "error change-network sites[0].network.gatewaySubnet",
      "error change-network sites[0].network.firstControlPlaneAddress",
      "error change-network sites[0].network.podRange",
      "error change-network sites[0].network.serviceRange",
      "error change-network sites[0].network.dnsServiceAddress",
    ],
  },
  {
    what: "a pod range where AKS Engine chose one (R71)",
    example: hub,
    old: [["      podRange: 10.110.0.0/16\n", ""]],
    edits: [
      ["      serviceRange: 10.120.0.0/16\n", "      serviceRange: 10.120.0.0/16\n      podRange: 10.110.0.0/16\n"],
    ],
    findings: ["error change-network sites[0].network.podRange"],
    says: "seattle's pod range is what AKS Engine chose",
  },
  {
    what: "another VPN gateway (R65)",
    example: hub,
    edits: [["vpnGateway: { sku: HighPerformance }", "vpnGateway: { sku: Standard }"]],
    findings: ["error change-vpn-gateway sites[0].network.vpnGateway.sku"],
  },
  {
    what: "two voters fewer at once (R18)",
    example: three,
    edits: [
      ...without.denver,
      ["  - name: denver\n", "  - name: boise\n"],
      ["  - name: orlando\n", "  - name: reno\n"],
      ["sites: [seattle, orlando]", "sites: [seattle, boise]"],
      ["targets: [orlando, seattle]", "targets: [boise, seattle]"],
      ["    orlando: orlando-hub\n", ""],
      ["stages: [orlando, seattle]", "stages: [seattle]"],
      ["roles: [{ plane: azure, role: Contributor, sites: [orlando] }]", "roles: []"],
      ['    - { site: orlando, days: [th], start: "02:00", duration: 3h, timeZone: America/New_York }\n', ""],
      ["between: [seattle, orlando]", "between: [seattle, boise]"],
    ],
    findings: ["error change-voters sites"],
    says: "2 of 3 voters leave at once: orlando, denver",
  },
  {
    what: "another place for one site: one voter leaves (R18)",
    example: three,
    edits: [...without.denver, ["  - name: denver\n", "  - name: boise\n"]],
    findings: [],
  },
  {
    what: "a shorter lease (R18, R82)",
    example: three,
    edits: [["lease: { renew: 1s, ttl: 4s, fenceMargin: 1s }", "lease: { renew: 250ms, ttl: 1s, fenceMargin: 200ms }"]],
    findings: ["error change-lease stores[0].lease.ttl"],
    says: "In two steps: first lease: { ttl: 4s, fenceMargin: 3s } at every site, then this.",
  },
  {
    what: "a much longer lease: who has it holds on while others no longer wait (R18)",
    example: "ratings",
    edits: [["    storage: { size: 10Gi }", "    storage: { size: 10Gi }\n    lease: { ttl: 3s }"]],
    findings: ["error change-lease stores[0].lease.ttl"],
    says: "a primary of ratings-db with the new file may write for 2.8s, and a site with the old one takes over after 1s",
  },
  {
    what: "a lease a little shorter than its margin allows (R18)",
    example: three,
    edits: [["ttl: 4s, fenceMargin: 1s", "ttl: 3s, fenceMargin: 1s"]],
    findings: [],
  },
  {
    what: "a store's database, engine or replica set (R82)",
    example: hub,
    edits: [["    database: ratingsdb\n", "    database: stars\n    replicaSet: rs1\n"]],
    findings: ["error change-store-identity stores[0].database", "error change-store-identity stores[0].replicaSet"],
    says: "the data of ratings-mongodb is in database ratingsdb; stars would be new and empty",
  },
  {
    what: "a store's name (R74, R82)",
    example: hub,
    edits: [
      ["  - name: ratings-mongodb\n    engine", "  - name: ratings-data\n    engine"],
      ["connectsTo: [ratings-mongodb]", "connectsTo: [ratings-data]"],
      ["secret: ratings-mongodb-app", "secret: ratings-data-app"],
      ["  - store: ratings-mongodb", "  - store: ratings-data"],
    ],
    findings: ["error change-store-identity stores[0].name"],
    says: "the data of ratings-mongodb is not in ratings-data, which would be new and empty",
  },
  {
    what: "the namespace that the volumes are in (R82)",
    example: hub,
    edits: [["namespace: ratingsapp", "namespace: ratings"]],
    findings: ["error change-store-identity application.namespace"],
  },
  {
    what: "the site that holds a store's only copy (R74, R97)",
    example: three,
    old: [["sites: [seattle, orlando, denver]", "sites: [seattle]"]],
    edits: [["sites: [seattle]\n", "sites: [orlando, denver]\n"]],
    findings: ["error change-only-copy stores[0].sites"],
    says: "only seattle holds the data of ratings-db, and would leave before orlando and denver have it",
  },
  {
    what: "smaller volumes, of another class (R97)",
    example: hub,
    edits: [["storage: { size: 128Gi, className: managed-standard }", "storage: { size: 100Gi, className: fast }"]],
    findings: ["error change-storage stores[0].storage.size", "error change-storage stores[0].storage.className"],
  },
  {
    what: "larger volumes (R97)",
    example: hub,
    edits: [
      ["storage: { size: 128Gi, className: managed-standard }", "storage: { size: 1Ti, className: managed-standard }"],
    ],
    findings: [],
  },
  {
    what: "a vote that moves: one less and one more (R84)",
    example: hub,
    edits: [
      [
        "      - { site: orlando }\n      - { site: orlando }\n",
        "      - { site: orlando }\n      - { site: seattle }\n",
      ],
    ],
    findings: ["error change-mongodb-votes stores[0].members"],
    says: "seattle +1, orlando −1",
  },
  {
    what: "one vote less, and a member without a vote more (R84)",
    example: hub,
    edits: [
      [
        "      - { site: orlando }\n      - { site: orlando }\n",
        "      - { site: orlando }\n      - { site: orlando, votes: 0, priority: 0 }\n      - { site: seattle, votes: 0, priority: 0 }\n",
      ],
    ],
    findings: [],
  },
];

describe("a change", () => {
  it.each(cases)("$what", ({ example, old = [], edits, findings, says }) => {
    const found = check(exampleText(example, old), exampleText(example, [...old, ...edits]));
    expect(found.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`)).toEqual(findings);
    if (says !== undefined) expect(`${found[0]!.message}\n${found[0]!.hint}`).toContain(says);
    for (const { at, related } of found) {
      expect(at.file).toBe("new.yaml");
      expect(related.map((place) => place.at.file)).toEqual(["old.yaml"]);
    }
  });

  it("points at the line in both files", () => {
    const old = exampleText(hub);
    const [first] = check(old, exampleText(hub, [["controlPlane: { count: 3", "\n      controlPlane: { count: 5"]]));
    const line = old.split("\n").findIndex((text) => text.includes("controlPlane:")) + 1;
    expect(first).toMatchObject({ at: { line: line + 1 }, related: [{ at: { line, column: 30, length: 1 } }] });
  });

  it("of nothing has no finding", () => {
    for (const name of exampleNames) expect(check(exampleText(name), exampleText(name))).toEqual([]);
  });

  it("warns of a store that goes", () => {
    const text = exampleText("ratings");
    const second = text.replace(
      /\nstores:\n([^]*?)\n\n/,
      (_, store: string) => `\nstores:\n${store}\n${store.replace("ratings-db", "second")}\n    peeringPort: 5433\n\n`,
    );
    const found = check(second, text);
    expect(found.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(["warning change-store-identity"]);
  });
});

describe("the rules about changes", () => {
  it("each have a case, an id that says what they are, and requirements of the pattern", () => {
    const shown = new Set(cases.flatMap(({ findings }) => findings.map((finding) => finding.split(" ")[1])));
    for (const { id, requirements } of changeRules) {
      expect(shown).toContain(id);
      expect(id).toMatch(/^change-[a-z-]+$/);
      expect(requirements.length).toBeGreaterThan(0);
    }
    expect(new Set(changeRules.map(({ id }) => id)).size).toBe(changeRules.length);
  });
});

function check(old: string, text: string): Finding[] {
  return checkChange(unwrap(parseFleetDocument(old, "old.yaml")), unwrap(parseFleetDocument(text, "new.yaml")));
}
