import type { Fleet, Site, SiteName } from "../../spec/index.ts";
import { azureType } from "./azure-versions.ts";
import { parameterFor, shellVariable } from "./names.ts";
import { expression, idOf, parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";
import { trafficProfiles } from "./traffic-profiles.ts";
import type { TrafficEndpoint, TrafficProfile } from "./traffic-profiles.ts";

const PROFILE = "Microsoft.Network/trafficManagerProfiles";

/** The fleet's policy as profiles of Azure Traffic Manager: the name that users ask leads to a site's ingress (R31, R105, R106). */
export function trafficManagerTemplate(fleet: Fleet): Template | undefined {
  const { provider, azureTrafficManager, policy } = fleet.traffic;
  if (provider !== "azure-traffic-manager" || azureTrafficManager === undefined) return undefined;
  const sites = new Map(fleet.sites.map((site) => [site.name, site]));
  const profiles = trafficProfiles(policy, [...sites.keys()]);
  const used = fleet.sites.filter(({ name }) =>
    profiles.some(({ endpoints }) => endpoints.some(({ to }) => "site" in to && to.site === name)),
  );
  return {
    parameters: {
      profileName: {
        type: "string",
        about: "Name of the profile, unique in the world; profiles below it have it as the beginning of theirs.",
        value: azureTrafficManager.relativeName,
      },
      ...Object.fromEntries(used.map(targetParameter)),
    },
    resources: profiles.map((profile) => profileResource(fleet, profile, profiles, sites)),
    outputs: {
      dnsName: {
        type: "string",
        value: `[reference(${profileId("")}).dnsConfig.fqdn]`,
      },
    },
  };
}

function targetParameter({ name, addresses }: Site): readonly [string, Parameter] {
  const about = `Where users reach ${name}: a public name or address, without a port.`;
  const { ingress } = addresses;
  return [
    parameterFor("target", name),
    ingress === undefined
      ? { type: "string", about, fromShell: shellVariable("TARGET", name) }
      : { type: "string", about, value: ingress.host },
  ];
}

function profileName(below: string): string {
  return below === "" ? parameter("profileName") : `concat(${parameter("profileName")}, '-${below}')`;
}

function profileId(below: string): string {
  return idOf(PROFILE, expression(profileName(below)));
}

type Sites = ReadonlyMap<SiteName, Site>;

function profileResource(
  { traffic }: Fleet,
  { name, method, maxReturn, endpoints }: TrafficProfile,
  all: readonly TrafficProfile[],
  sites: Sites,
): Resource {
  const children = endpoints.flatMap(({ to }) => ("profile" in to ? [`[${profileId(to.profile)}]`] : []));
  return {
    ...azureType(PROFILE),
    name: `[${profileName(name)}]`,
    location: "global",
    ...(children.length === 0 ? {} : { dependsOn: children }),
    properties: {
      profileStatus: "Enabled",
      trafficRoutingMethod: method,
      ...(maxReturn === undefined ? {} : { maxReturn }),
      dnsConfig: { relativeName: `[${profileName(name)}]`, ttl: traffic.ttlSeconds },
      monitorConfig: monitorConfig(traffic, [...sites.values()]),
      endpoints: endpoints.map((endpoint, index) => ({
        name: endpoint.name,
        ...destination(endpoint),
        properties: {
          ...target(endpoint),
          endpointStatus: "Enabled",
          ...(method === "Priority" ? { priority: index + 1 } : {}),
          ...(method === "Weighted" ? { weight: endpoint.weight ?? 1 } : {}),
          ...(method === "Performance" ? { endpointLocation: locationOf(endpoint, all, sites) } : {}),
          ...(method === "Geographic" ? { geoMapping: endpoint.regions ?? [] } : {}),
          ...(endpoint.subnets === undefined ? {} : { subnets: endpoint.subnets.map(subnetOf) }),
        },
      })),
    },
  };
}

function destination({ to }: TrafficEndpoint) {
  return { type: `${PROFILE}/${"site" in to ? "externalEndpoints" : "nestedEndpoints"}` };
}

function target({ to }: TrafficEndpoint) {
  return "site" in to
    ? { target: `[${parameter(parameterFor("target", to.site))}]` }
    : { targetResourceId: `[${profileId(to.profile)}]`, minChildEndpoints: to.minChildEndpoints };
}

/** Of a child: where its first site is. Absent where the file names no Azure region, which `check` refuses. */
function locationOf({ to }: TrafficEndpoint, all: readonly TrafficProfile[], sites: Sites): string | undefined {
  if ("site" in to) return sites.get(to.site)?.location.azureRegion;
  const [first] = all.find(({ name }) => name === to.profile)?.endpoints ?? [];
  return first === undefined ? undefined : locationOf(first, all, sites);
}

function subnetOf(range: string) {
  const [first, length] = range.split("/");
  return { first, scope: Number(length) };
}

/**
 * The ingress chooses by the name that is asked for, so the probe asks for the users' one: without it Traffic Manager names the
 * endpoint, and the answer is "not found". It counts what it tolerates; the fleet file counts what is too much.
 */
function monitorConfig({ tls, probe, host }: Fleet["traffic"], sites: readonly Site[]) {
  const port = sites.find(({ addresses }) => addresses.ingress !== undefined)?.addresses.ingress?.port;
  return {
    protocol: tls.kind === "none" ? "HTTP" : "HTTPS",
    port: port ?? (tls.kind === "none" ? 80 : 443),
    path: probe.path,
    intervalInSeconds: probe.intervalMs / 1_000,
    timeoutInSeconds: probe.timeoutMs / 1_000,
    toleratedNumberOfFailures: probe.fall - 1,
    expectedStatusCodeRanges: [{ min: 200, max: 200 }],
    customHeaders: [{ name: "host", value: host }],
  };
}
