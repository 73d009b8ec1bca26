import { mayBePublic } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { azureType } from "./azure-versions.ts";
import { DELEGATION_TTL_SECONDS, nameServers, parentZone } from "./delegation.ts";
import { expression, idOf, parameter } from "./template.ts";
import type { Parameter, Template } from "./template.ts";

const ZONE = "Microsoft.Network/dnsZones";
const PROFILE = "Microsoft.Network/trafficManagerProfiles";

/** In Azure DNS: the users' name leads to Traffic Manager (R106), or the zone to the sites' own servers (R33). */
export function dnsTemplate(fleet: Fleet): Template | undefined {
  if (fleet.traffic.provider === "azure-traffic-manager") return aliasTemplate(fleet);
  // Azure DNS answers on the Internet: servers that only the intranet reaches have no place in it.
  const servers = nameServers(fleet);
  const reachable = servers.every(({ name, address }) => mayBePublic(address ?? name));
  const facing = fleet.sites.every(({ network }) => network.internet.application);
  const parent = parentZone(fleet.traffic.zone);
  return reachable && facing && servers.length > 0 && parent !== undefined
    ? delegationTemplate(fleet.traffic.zone, parent, servers)
    : undefined;
}

function aliasTemplate({ traffic }: Fleet): Template | undefined {
  const { azureTrafficManager, zone, host, ttlSeconds } = traffic;
  if (azureTrafficManager === undefined) return undefined;
  const text = (about: string, value: string): Parameter => ({ type: "string", about, value });
  const profile = `resourceId(${parameter("profileResourceGroup")}, '${PROFILE}', ${parameter("profileName")})`;
  const zoneId = idOf(ZONE, expression(parameter("zoneName")));
  const top = host === zone;
  return {
    parameters: {
      zoneName: text("The application's zone.", zone),
      profileName: text("The profile of Traffic Manager.", azureTrafficManager.relativeName),
      profileResourceGroup: text("Its resource group.", azureTrafficManager.resourceGroup),
    },
    resources: [
      { ...azureType(ZONE), name: `[${parameter("zoneName")}]`, location: "global", properties: {} },
      {
        // The top of a zone cannot be an alias (RFC 1034 3.6.2): Azure DNS answers there with the addresses themselves.
        ...azureType(`${ZONE}/${top ? "A" : "CNAME"}`),
        name: `[concat(${parameter("zoneName")}, '/${top ? "@" : host.slice(0, -zone.length - 1)}')]`,
        dependsOn: [`[${zoneId}]`],
        properties: top
          ? { TTL: ttlSeconds, targetResource: { id: `[${profile}]` } }
          : {
              TTL: DELEGATION_TTL_SECONDS,
              CNAMERecord: { cname: `[reference(${profile}, '${azureType(PROFILE).apiVersion}').dnsConfig.fqdn]` },
            },
      },
    ],
    outputs: { nameServers: { type: "array", value: `[reference(${zoneId}).nameServers]` } },
  };
}

function delegationTemplate(zone: string, parent: string, servers: ReturnType<typeof nameServers>): Template {
  const label = zone.slice(0, -parent.length - 1);
  const set = (name: string) => `[concat(${parameter("parentZoneName")}, '/${name}')]`;
  return {
    parameters: {
      parentZoneName: {
        type: "string",
        about: "The zone above the application's, which is in this resource group.",
        value: parent,
      },
    },
    resources: [
      {
        ...azureType(`${ZONE}/NS`),
        name: set(label),
        properties: { TTL: DELEGATION_TTL_SECONDS, NSRecords: servers.map(({ name }) => ({ nsdname: `${name}.` })) },
      },
      ...servers.flatMap(({ name, address }) =>
        address === undefined
          ? []
          : [
              {
                ...azureType(`${ZONE}/A`),
                name: set(name.slice(0, -parent.length - 1)),
                properties: { TTL: DELEGATION_TTL_SECONDS, ARecords: [{ ipv4Address: address }] },
              },
            ],
      ),
    ],
  };
}
