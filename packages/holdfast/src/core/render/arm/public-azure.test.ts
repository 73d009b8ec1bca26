import { describe, expect, it } from "vitest";
import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { reference, referenceJson } from "../../azure-stack-hub/testing/reference.ts";
import { renderFamilies } from "../index.ts";
import { changed } from "../testing/example-fleets.ts";
import { contentOf, exampleFleet, filesOf, policiesOf, templateOf } from "./testing/rendered.ts";
import type { Data } from "./testing/rendered.ts";
import { variants } from "./testing/variants.ts";

const hubs = exampleFleet("ratings-azure-stack-hub");
const profilesOf = (fleet: Fleet): readonly Data[] =>
  templateOf(fleet, "_azure/traffic-manager.json").deployed.resources;
const steering = [
  hubs,
  variants["traffic by geography"](),
  variants["traffic by subnet"](),
  variants["traffic by nested policies"](),
];
/** Where a profile leads, with what decides. */
const endpointsOf = ({ properties }: Data) =>
  properties.endpoints.map(({ name, properties: { target, targetResourceId, endpointStatus, ...rest } }: Data) => {
    expect(endpointStatus).toBe("Enabled");
    return [name, target ?? targetResourceId.split("/").at(-1), rest];
  });

describe("Traffic Manager", () => {
  it("leads users to the nearest Hub's ingress by one name (R31, R105, R106)", () => {
    const [profile, ...more] = profilesOf(hubs);
    expect(more).toEqual([]);
    expect(profile.properties).toMatchObject({
      trafficRoutingMethod: "Performance",
      dnsConfig: { relativeName: "ratings-contoso", ttl: 10 },
    });
    expect(endpointsOf(profile)).toEqual([
      ["seattle", "ratings.seattle.cloudapp.azurestack.contoso.com", { endpointLocation: "westus2" }],
      ["orlando", "ratings.orlando.cloudapp.azurestack.contoso.com", { endpointLocation: "eastus" }],
    ]);
  });

  it("asks as a user does, with the users' name, and tolerates one failure less than makes a site down (R31)", () => {
    expect(profilesOf(hubs)[0].properties.monitorConfig).toEqual({
      protocol: "HTTPS",
      port: 443,
      path: "/healthz",
      intervalInSeconds: 10,
      timeoutInSeconds: 5,
      toleratedNumberOfFailures: 2,
      expectedStatusCodeRanges: [{ min: 200, max: 200 }],
      customHeaders: [{ name: "host", value: "www.ratings.contoso.com" }],
    });
  });

  it("has another site behind each that a place or a network is sent to: one lost site loses nobody (R18, R105)", () => {
    const [geographic, subnet] = [steering[1]!, steering[2]!].map((fleet) =>
      profilesOf(fleet).map((each) => [each.name, each.properties.trafficRoutingMethod, endpointsOf(each)]),
    );
    const child = (name: string, order: readonly string[]) => [
      `ratings-contoso-${name}`,
      "Priority",
      order.map((site, index) => [site, `ratings.${site}.cloudapp.azurestack.contoso.com`, { priority: index + 1 }]),
    ];
    expect(geographic).toEqual([
      child("seattle", ["seattle", "orlando"]),
      child("orlando", ["orlando", "seattle"]),
      [
        "ratings-contoso",
        "Geographic",
        [
          ["seattle", "ratings-contoso-seattle", { minChildEndpoints: 1, geoMapping: ["US-WA"] }],
          ["orlando", "ratings-contoso-orlando", { minChildEndpoints: 1, geoMapping: ["WORLD"] }],
        ],
      ],
    ]);
    expect(subnet).toEqual([
      child("seattle", ["seattle", "orlando"]),
      child("seattle-otherwise", ["seattle", "orlando"]),
      [
        "ratings-contoso",
        "Subnet",
        [
          [
            "seattle",
            "ratings-contoso-seattle",
            { minChildEndpoints: 1, subnets: [{ first: "198.51.100.0", scope: 24 }] },
          ],
          ["seattle-otherwise", "ratings-contoso-seattle-otherwise", { minChildEndpoints: 1 }],
        ],
      ],
    ]);
  });

  it("nests a policy's children, each with how many healthy sites it needs (R105)", () => {
    const [west, east, top] = profilesOf(steering[3]!);
    expect([west.name, west.properties.trafficRoutingMethod]).toEqual(["ratings-contoso-west", "Priority"]);
    expect(endpointsOf(east).map(([name, , rest]: Data) => [name, rest])).toEqual([
      ["seattle", { weight: 1 }],
      ["orlando", { weight: 9 }],
    ]);
    expect(endpointsOf(top)).toEqual([
      ["west", "ratings-contoso-west", { minChildEndpoints: 1, endpointLocation: "westus2" }],
      ["east", "ratings-contoso-east", { minChildEndpoints: 2, endpointLocation: "westus2" }],
    ]);
    expect(top.dependsOn).toHaveLength(2);
  });

  it.skipIf(reference === undefined)(
    "stays within its limits (skipped where shared/reference is absent) (R31, R32)",
    () => {
      const limits = referenceJson("traffic-manager/rules.json") as Data;
      for (const { apiVersion, location, properties } of steering.flatMap(profilesOf)) {
        const { monitorConfig: monitor, dnsConfig, endpoints, trafficRoutingMethod } = properties;
        expect(limits.apiVersions).toContain(apiVersion);
        expect(location).toBe(limits.location);
        expect(limits.routingMethods).toContain(trafficRoutingMethod);
        expect(limits.monitor.protocol).toContain(monitor.protocol);
        expect(limits.monitor.intervalInSeconds).toContain(monitor.intervalInSeconds);
        const timeout = limits.monitor.timeoutInSeconds[monitor.intervalInSeconds];
        for (const [value, { min, max }] of [
          [monitor.timeoutInSeconds, timeout],
          [monitor.toleratedNumberOfFailures, limits.monitor.toleratedNumberOfFailures],
          [dnsConfig.ttl, limits.ttlSeconds],
          ...endpoints.flatMap((each: Data) =>
            each.properties.priority === undefined ? [] : [[each.properties.priority, limits.priority]],
          ),
          ...endpoints.flatMap((each: Data) =>
            each.properties.weight === undefined ? [] : [[each.properties.weight, limits.weight]],
          ),
        ]) {
          expect(value).toBeGreaterThanOrEqual(min);
          expect(value).toBeLessThanOrEqual(max);
        }
        expect(monitor.customHeaders.length).toBeLessThanOrEqual(limits.monitor.customHeadersMax);
        for (const { type, properties: each } of endpoints) {
          expect(limits.endpointTypes).toContain(type);
          if (trafficRoutingMethod === "Performance") expect(each.endpointLocation).toBeDefined();
        }
        const targets = endpoints.map((each: Data) => each.properties.target ?? each.properties.targetResourceId);
        expect(new Set(targets).size).toBe(targets.length);
      }
    },
  );
});

describe("names", () => {
  it("lead from the users' to Traffic Manager's, whatever cloud it is in (R106, R131)", () => {
    const { template } = templateOf(hubs, "_azure/dns-delegation.json");
    expect(template.resources[1]).toMatchObject({
      type: "Microsoft.Network/dnsZones/CNAME",
      name: "[concat(parameters('zoneName'), '/www')]",
      properties: {
        CNAMERecord: {
          cname:
            "[reference(resourceId(parameters('profileResourceGroup'), 'Microsoft.Network/trafficManagerProfiles', parameters('profileName')), '2022-04-01').dnsConfig.fqdn]",
        },
      },
    });
  });

  it("at the top of a zone are answered with addresses, as no alias may stand there (R106)", () => {
    const [, record] = templateOf(variants["name at the top of its zone"](), "_azure/dns-delegation.json").deployed
      .resources;
    expect([record.type, record.name]).toEqual(["Microsoft.Network/dnsZones/A", "ratings.contoso.com/@"]);
    expect(record.properties.targetResource.id).toMatch(
      /\/resourceGroups\/ratings-global\/.*trafficManagerProfiles\/ratings-contoso$/,
    );
  });

  it("are delegated to the sites' own servers by text that the zone above takes (R33)", () => {
    expect(contentOf(exampleFleet("ratings-disconnected"), "_dns/delegation.zone").split("\n").slice(1)).toEqual([
      "ratings.enclave.example. 300 IN NS ns1.ratings.enclave.example.",
      "ratings.enclave.example. 300 IN NS ns2.ratings.enclave.example.",
      "ratings.enclave.example. 300 IN NS ns3.ratings.enclave.example.",
      "ns1.ratings.enclave.example. 300 IN A 10.100.1.91",
      "ns2.ratings.enclave.example. 300 IN A 10.101.1.91",
      "ns3.ratings.enclave.example. 300 IN A 10.102.1.12",
      "",
    ]);
    expect(filesOf(hubs).some(({ path }) => path.startsWith("_dns/"))).toBe(false);
  });

  it("are delegated in Azure DNS only where everybody reaches the servers (R33, R59)", () => {
    const [delegation, ...glue] = templateOf(variants["public name servers"](), "_azure/dns-delegation.json").deployed
      .resources;
    expect([delegation.name, delegation.properties.NSRecords]).toEqual([
      "bank.example/ratings",
      [1, 2, 3].map((server) => ({ nsdname: `ns${server}.ratings.bank.example.` })),
    ]);
    expect(glue.map(({ name, properties }) => [name, properties.ARecords[0].ipv4Address])).toEqual(
      [1, 2, 3].map((server) => [`bank.example/ns${server}.ratings`, `203.0.113.${server}`]),
    );
    for (const name of ["ratings-three-sites", "ratings-disconnected"] as const)
      expect(filesOf(exampleFleet(name)).some(({ path }) => path.includes("dns-delegation"))).toBe(false);
  });
});

it("keeps images and charts in a registry that nobody has a password for, and that clusters may only pull from (R24, R25)", () => {
  const [registry, ...roles] = templateOf(hubs, "_azure/container-registry.json").deployed.resources;
  expect([registry.name, registry.properties.adminUserEnabled]).toEqual(["ratingscontoso", false]);
  expect(roles.map(({ properties }) => properties.principalId)).toEqual([
    "given-pullObjectId_seattle",
    "given-pullObjectId_orlando",
  ]);
  for (const { scope, properties } of roles) {
    expect(scope).toMatch(/\/registries\/ratingscontoso$/);
    expect(properties.roleDefinitionId).toMatch(/\/roleDefinitions\/given-pullRoleDefinitionId$/);
  }
  // Another registry is somebody else's (R26).
  expect(filesOf(exampleFleet("ratings-three-sites")).some(({ path }) => path.includes("registry"))).toBe(false);
});

describe("the fleet's vault", () => {
  const policies = (fleet: Fleet) => policiesOf(templateOf(fleet, "_azure/key-vault.json").deployed.resources[0]);
  const administrators = ["get", "list", "set", "delete", "recover"];

  it("lets the pipeline read and put back what it makes, and administrators alone delete; nobody purges (R120, R123)", () => {
    expect(policies(hubs)).toEqual({
      "given-pipelineObjectId": ["get", "list", "set"],
      "given-administratorObjectId": administrators,
    });
    // The scripts list nothing for a pipeline: Azure Pipelines' own task does.
    expect(
      policies(changed("ratings-azure-stack-hub", ["kind: azure-pipelines", "kind: github-actions"])),
    ).toMatchObject({
      "given-pipelineObjectId": ["get", "set"],
    });
    const { delivery, ...others } = hubs;
    expect(policies({ ...others, delivery: { ...delivery, kind: "none" } })).toEqual({
      "given-administratorObjectId": administrators,
    });
  });

  it("gives what the scripts of all families do with a vault, and no more (R120, R123)", () => {
    const families = renderFamilies.filter(({ id }) => id !== "arm");
    const sites = new Set(membersOf(hubs).map(({ name }) => name));
    const files = families.flatMap((family) => [...family.render(hubs, sites)].flatMap(({ files }) => files));
    const needed = new Set<string>();
    for (const { path, content } of files.filter(({ path }) => path.endsWith(".sh"))) {
      // What a script has but does not call needs no right.
      const calls = (name: string) =>
        new RegExp(`^(?!${name}\\(\\)).*(?:^|[ ;&|!(])${name} ["'a-z$]`, "m").test(content);
      const verbs = { fetch: "get", put: "set", present: "list" };
      for (const [name, permission] of Object.entries(verbs))
        if (content.includes("az keyvault secret") && calls(name)) needed.add(permission);
      expect(content, path).not.toMatch(/az keyvault (?:set-policy|secret (?!set|download|list))/);
    }
    expect([...needed].sort()).toEqual(["get", "list", "set"]);
    for (const { content } of files) expect(content).not.toContain("az keyvault set-policy");
  });
});

it("keeps metrics and logs of clusters in a workspace, with searches to begin with (R29, R30, R45)", () => {
  const { resources, outputs } = templateOf(hubs, "_azure/log-analytics.json").deployed;
  const [workspace] = resources;
  const searches = resources.filter(({ type }) => type.endsWith("/savedSearches"));
  expect([workspace.name, workspace.properties]).toEqual([
    "ratings-logs",
    { sku: { name: "PerGB2018" }, retentionInDays: 30 },
  ]);
  expect(JSON.stringify(outputs)).not.toMatch(/connectionString/i);
  expect(searches.length).toBeGreaterThanOrEqual(4);
  for (const { properties } of searches)
    for (const field of hubs.monitoring.personalFields) expect(properties.query).not.toContain(field);
});

it("asks its alerts also where nobody is named, who then looks at the portal (R30)", () => {
  const fleet = changed("ratings-azure-stack-hub", ["  alertMail: ratings-operators@contoso.com\n", ""]);
  const { resources } = templateOf(fleet, "_azure/log-analytics.json").deployed;
  expect(resources.some(({ type }) => type === "Microsoft.Insights/actionGroups")).toBe(false);
  const rules = resources.filter(({ type }) => type === "Microsoft.Insights/scheduledQueryRules");
  expect(rules.length).toBeGreaterThan(5);
  for (const { properties } of rules) expect(properties.actions).toBeUndefined();
});

it("tells how Application Insights' connection string comes into the vault, under the name that the clusters' Secret has, and has it in no file (R120)", () => {
  const page = contentOf(hubs, "_azure/README.md");
  const [, component = "", reference = ""] =
    /--name (\S+) --query properties\.ConnectionString[^|]*\| tr -d '\\n' \|\n {2}\.\.\/\.\.\/access\/_secrets\/put\.sh (\S+)/.exec(
      page,
    ) ?? [];
  const deployed = templateOf(hubs, "_azure/log-analytics.json").deployed.resources;
  expect(deployed).toContainEqual(expect.objectContaining({ type: "Microsoft.Insights/components", name: component }));
  const secrets = renderFamilies.find(({ id }) => id === "access")!;
  const fill = [...secrets.render(hubs, new Set(hubs.sites.map(({ name }) => name)))]
    .flatMap(({ files }) => files)
    .filter(({ path }) => path.endsWith("/fill-platform-secrets.sh"));
  expect(fill.length).toBe(hubs.sites.length);
  for (const { path, content } of fill) expect(content, path).toContain(reference);
  expect(reference).toContain("connection-string");
});

it("has nothing in public Azure where all is on premises (R4, R5)", () => {
  expect(filesOf(exampleFleet("ratings-disconnected")).filter(({ path }) => path.startsWith("_azure/"))).toEqual([]);
});
