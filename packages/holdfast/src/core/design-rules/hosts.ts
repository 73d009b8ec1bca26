import type { Fleet, Site } from "../spec/index.ts";
import { parseIpv4, parseIpv4Range, rangeContains } from "../spec/index.ts";

/** Where the rules meet names of hosts: in images, URLs, and the lists of firewalls. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Docker Hub is what an image without a registry means. */
export const DOCKER_HUB = "docker.io";

/** The registry of an image: as in Docker, the first part is one when it looks like a host. */
export function registryOf(image: string): Endpoint {
  const [first = "", ...rest] = image.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return endpoint(named ? first : DOCKER_HUB);
}

const PORTS: Readonly<Record<string, number>> = {
  https: 443,
  oci: 443,
  s3: 443,
  http: 80,
  ssh: 22,
  nfs: 2049,
  smb: 445,
};

/** `https://vault.example:8200/x` -> its host and port. A text that is no URL counts as a host. */
export function endpointOfUrl(url: string): Endpoint {
  const [, scheme = "https", rest = url] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(url) ?? [];
  const authority = rest.split(/[/?#]/, 1)[0] ?? "";
  return endpoint(authority.slice(authority.lastIndexOf("@") + 1), PORTS[scheme.toLowerCase()]);
}

function endpoint(authority: string, defaultPort = 443): Endpoint {
  const [host = "", port] = authority.split(":");
  return { host: host.toLowerCase(), port: port === undefined || port === "" ? defaultPort : Number(port) };
}

/** `*.domain` means every host below the domain, as in a firewall. */
export function hostMatches(pattern: string, host: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), host.toLowerCase()];
  if (!wanted.startsWith("*.")) return wanted === name;
  return name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1;
}

export function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** The site that a host stands at, by its address, its network or its Hub's names; undefined where the file does not tell. */
export function siteOfHost({ sites }: Pick<Fleet, "sites">, host: string): Site | undefined {
  return sites.find((site) => standsAt(site, host.toLowerCase()));
}

function standsAt({ addresses, network, platform }: Site, host: string): boolean {
  const { ingress, dns, peering } = addresses;
  const own = [ingress?.host, dns?.host, peering.ingress?.host, peering.kubernetesApi?.host, peering.dataHost];
  if (own.includes(host)) return true;
  const address = parseIpv4(host);
  if (address !== undefined) {
    return network.addressSpaces.some((space) => {
      const range = parseIpv4Range(space);
      return range !== undefined && rangeContains(range, { first: address, prefix: 32 });
    });
  }
  if (platform.kind !== "azure-stack-hub") return false;
  const { region, suffix } = platform;
  return isBelow(host, `${region}.${suffix}`) || isBelow(host, `${region}.cloudapp.${suffix}`);
}
