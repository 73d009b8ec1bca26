import { addressBlockOf, blockHolds, blockOf } from "../../azure-stack-hub/index.ts";
import type { Fleet, Member, Proxy } from "../../spec/index.ts";
import { membersOf, parseIpv4Range } from "../../spec/index.ts";
import { isBelow } from "../hosts.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const proxyBypass: DesignRule = {
  id: "proxy-bypass",
  severity: "error",
  requirements: ["R63", "R64"],
  asks: "A site with a proxy sends HTTPS through it, and what linked sites are reached at past it.",
  why: "Replication and probes between sites that go to the proxy end there; images that do not go to it end at the firewall.",
  example: {
    broken: "allowed: listed\nproxy: { http: http://proxy.example:3128 }\ndestinations:",
    fixed: "allowed: listed\ndestinations:",
  },
  *check(fleet) {
    const members = new Map<string, Member>(membersOf(fleet).map((member) => [member.name, member]));
    const peers = peersOf(fleet);
    for (const [index, member] of [...members.values()].entries()) {
      const { proxy } = member.network.egress;
      if (proxy === undefined) continue;
      const path = [...(member.role === "site" ? ["sites", index] : ["witness"]), "network", "egress"];
      yield* checkProxy(member, proxy, path);
      for (const name of peers.get(member.name) ?? []) {
        const peer = members.get(name);
        const hosts = peer === undefined ? [] : hostsOf(peer).filter((host) => !goesDirect(member, proxy, peer, host));
        if (hosts.length === 0) continue;
        yield {
          path: [...path, "proxy", "noProxy"],
          message: `connections from ${member.name} to ${name} at ${hosts.join(", ")} would go to the proxy and not through their link`,
          hint: `Add to noProxy: ${hosts.join(", ")}`,
        };
      }
    }
  },
};

function peersOf({ links }: Fleet): ReadonlyMap<string, readonly string[]> {
  const peers = new Map<string, string[]>();
  const add = (name: string, peer: string) => {
    const known = peers.get(name);
    if (known === undefined) peers.set(name, [peer]);
    else known.push(peer);
  };
  for (const {
    between: [a, b],
    kind,
  } of links) {
    if (kind === "public") continue;
    add(a, b);
    add(b, a);
  }
  return peers;
}

function* checkProxy({ name, network }: Member, proxy: Proxy, path: Path): Iterable<Violation> {
  if (proxy.https === undefined) {
    yield {
      path: [...path, "proxy"],
      severity: "warning",
      message: `the proxy of ${name} is not named for HTTPS: images, charts and sign-in would go past it`,
      hint: "Add https: the same address, where the proxy does both.",
    };
  }
  if (proxy.noProxy.some((entry) => entry.trim() === "*")) {
    yield {
      path: [...path, "proxy", "noProxy"],
      severity: "warning",
      message: `noProxy of ${name} has *, so nothing goes to the proxy`,
      hint: "Name what goes direct, or remove the proxy.",
    };
  }
  if (network.egress.allowed === "none") {
    yield {
      path: [...path, "allowed"],
      severity: "warning",
      message: `nothing may leave ${name}, and a proxy is named for what leaves`,
      hint: "Say allowed: listed with what the proxy lets through, or remove the proxy.",
      related: [{ path: [...path, "proxy"], message: "the proxy" }],
    };
  }
}

function hostsOf({ addresses: { peering } }: Member): readonly string[] {
  const hosts = [peering.ingress?.host, peering.kubernetesApi?.host, peering.dataHost];
  return [...new Set(hosts.filter((host) => host !== undefined))];
}

/** What is rendered for a Hub names the address spaces of all sites; names and other addresses only the file can. */
function goesDirect(from: Member, { noProxy }: Proxy, to: Member, host: string): boolean {
  const address = addressBlockOf(host);
  const entries = noProxy.map((entry) => entry.trim());
  const direct = from.platform.kind === "azure-stack-hub" ? [...entries, ...to.network.addressSpaces] : entries;
  return direct.some((entry) => {
    if (entry === "*" || entry === host) return true;
    if (address === undefined) return isBelow(host, entry.replace(/^\*?\./, "").toLowerCase());
    return parseIpv4Range(entry) !== undefined && blockHolds(blockOf(entry), address);
  });
}
