import type { HubSite } from "../../azure-stack-hub/index.ts";
import { hasPrivateApi, hubSitesOf, internalApiAddressOf, publicNameOf } from "../../azure-stack-hub/index.ts";
import { mayBePublic, parseIpv4 } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** AKS Engine's API servers and their load balancers. */
const API_PORT = 443;

export const privateApi: DesignRule = {
  id: "private-api",
  severity: "error",
  requirements: ["R22", "R66", "R67", "R135"],
  asks: "Other sites look for a Kubernetes API where AKS Engine puts it: port 443, and a private one at its internal load balancer.",
  why: "A private cluster has no public address. The internal one is the eleventh of the control plane's, and no other answers.",
  example: { broken: "kubernetesApi: 10.100.1.224:6443", fixed: "kubernetesApi: 10.100.1.239:443" },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const api = site.addresses.peering.kubernetesApi;
      if (api === undefined) continue; // site-addresses says so.
      const path: Path = ["sites", index, "addresses", "peering", "kubernetesApi"];
      if (api.port !== API_PORT) {
        yield {
          path,
          message: `AKS Engine's Kubernetes API listens at port ${API_PORT}, not ${api.port}, at ${site.name}`,
          hint: `Write kubernetesApi: ${expectedHost(site, api.host)}:${API_PORT}`,
        };
      }
      if (hasPrivateApi(site)) yield* checkHost(site, api.host, index, path);
    }
  },
};

function expectedHost(site: HubSite, host: string): string {
  const internal = internalApiAddressOf(site.network, site.cluster.controlPlane.count);
  return hasPrivateApi(site) && parseIpv4(host) !== undefined ? (internal ?? host) : host;
}

function* checkHost(site: HubSite, host: string, index: number, path: Path): Iterable<Violation> {
  const { network, cluster, platform } = site;
  const internal = internalApiAddressOf(network, cluster.controlPlane.count);
  const where = internal === undefined ? "the internal load balancer's address" : `${internal}:${API_PORT}`;
  const isAddress = parseIpv4(host) !== undefined;
  const privately = [
    { path: ["sites", index, "network", "internet"], message: "the API is private: the Internet does not reach it" },
  ];
  if (host === publicNameOf(platform, cluster.dnsPrefix).toLowerCase() || (isAddress && mayBePublic(host))) {
    yield {
      path,
      message: `${host} would be the public side of ${site.name}'s Kubernetes API, and a private one has none`,
      hint: `Write kubernetesApi: ${where}, or say network.internet.kubernetesApi: true.`,
      related: privately,
    };
  } else if (isAddress && internal !== undefined && host !== internal) {
    yield {
      path,
      message: `${site.name}'s Kubernetes API answers at ${internal}, not at ${host}`,
      hint: `Write kubernetesApi: ${where}, or move firstControlPlaneAddress so that it fits.`,
      related: [{ path: ["sites", index, "network", "firstControlPlaneAddress"], message: "it is counted from here" }],
    };
  }
}
