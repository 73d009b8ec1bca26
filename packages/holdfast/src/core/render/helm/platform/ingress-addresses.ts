import type { Member } from "../../../spec/index.ts";

/** What the Service of a site's ingress controller is to be, whichever controller it is. */
export interface IngressAddresses {
  readonly users: ServiceAddress;
  /** A second address for the other sites' probes, where it is not the users' own. */
  readonly peers?: ServiceAddress;
}

export interface ServiceAddress {
  /** Undefined: the cluster's load balancer chooses. */
  readonly loadBalancerIP?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Annotations of a Hub's cloud provider; on any other platform the address alone is given. */
export function ingressAddresses({ platform, addresses }: Member): IngressAddresses {
  const host = addresses.ingress?.host ?? "";
  const onHub = platform.kind === "azure-stack-hub";
  const label = onHub ? dnsLabel(host, platform) : undefined;
  const peers = addresses.peering.ingress?.host;
  return {
    users: {
      ...fixed(host),
      annotations: {
        ...(onHub && isPrivate(host) ? INTERNAL : {}),
        // The Hub makes <label>.<region>.cloudapp.<suffix> of it.
        ...(label === undefined ? {} : { "service.beta.kubernetes.io/azure-dns-label-name": label }),
      },
    },
    ...(onHub && peers !== undefined && peers !== host ? { peers: { ...fixed(peers), annotations: INTERNAL } } : {}),
  };
}

/** `externalTrafficPolicy: Local` keeps users' addresses: steering by subnet and the access log need them. */
export const KEEPS_CLIENT_ADDRESS = { externalTrafficPolicy: "Local" } as const;

/** As charts want it: no key where there is nothing to say. */
export function annotationsOf({ annotations }: ServiceAddress): { annotations?: Readonly<Record<string, string>> } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

const INTERNAL = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };

function fixed(host: string): { loadBalancerIP?: string } {
  return isIpv4(host) ? { loadBalancerIP: host } : {};
}

function dnsLabel(host: string, { region, suffix }: { readonly region: string; readonly suffix: string }) {
  const end = `.${region}.cloudapp.${suffix}`;
  return host.endsWith(end) ? host.slice(0, -end.length) : undefined;
}

function isIpv4(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** RFC 1918. */
function isPrivate(host: string): boolean {
  return isIpv4(host) && /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host);
}
