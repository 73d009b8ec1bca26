import { membersOf, parseIpv4 } from "../../spec/index.ts";
import { isBelow } from "../hosts.ts";
import type { DesignRule, Path } from "../rule.ts";

export const dnsRedundant: DesignRule = {
  id: "dns-redundant",
  severity: "error",
  requirements: ["R31", "R33", "R106"],
  asks: "Two or more places answer the zone's names, at addresses that a parent zone can delegate to.",
  why: "The name is all that users have: when the only place that answers it is lost, living sites are found by nobody.",
  example: {
    broken: "hostmaster: hostmaster@ratings.bank.example",
    fixed: "hostmaster: hostmaster@bank.example",
  },
  *check(fleet) {
    const { traffic } = fleet;
    if (traffic.provider !== "holdfast-dns") return;
    const servers = membersOf(fleet).flatMap(({ name, role, addresses }, index) => {
      const path: Path = [...(role === "site" ? ["sites", index] : ["witness"]), "addresses", "dns"];
      return addresses.dns === undefined ? [] : [{ name, path, ...addresses.dns }];
    });
    if (servers.length < 2) {
      yield {
        path: ["traffic", "zone"],
        message:
          servers[0] === undefined
            ? `no place answers names in ${traffic.zone}`
            : `only ${servers[0].name} answers names in ${traffic.zone}: with it the application is lost to users`,
        hint: "Add addresses.dns at each site, and at the witness.",
      };
    }
    for (const [index, { name, path, host, port }] of servers.entries()) {
      const twin = servers.slice(0, index).find((earlier) => earlier.host === host);
      if (twin !== undefined) {
        yield {
          path,
          message: `${name} answers names at the same address as ${twin.name}: one of them answers for both`,
          hint: "Give each place an address of its own.",
          related: [{ path: twin.path, message: `${twin.name} has it too` }],
        };
      }
      if (port !== 53) {
        yield {
          path,
          severity: "warning",
          message: `resolvers ask on port 53 only, and ${name} answers on ${port}`,
          hint: "Leave the port out, or forward port 53 to it.",
        };
      }
      if (parseIpv4(host) === undefined && isBelow(host, traffic.zone)) {
        yield {
          path,
          message: `to find ${host} a resolver would have to ask the zone that it serves`,
          hint: "Give its IPv4 address.",
        };
      }
    }
    if (!traffic.zone.includes(".")) {
      yield {
        path: ["traffic", "zone"],
        severity: "warning",
        message: `${traffic.zone} is a top-level name, which nobody can delegate to you`,
        hint: "Use a zone below a domain of yours, for example ratings.contoso.com.",
      };
    }
    if (isBelow(traffic.hostmaster.slice(traffic.hostmaster.indexOf("@") + 1).toLowerCase(), traffic.zone)) {
      yield {
        path: ["traffic", "hostmaster"],
        severity: "advice",
        message: `mail to ${traffic.hostmaster} arrives nowhere: the sites answer ${traffic.zone} with addresses, not with a mail server`,
        hint: "Name a mailbox of another domain: hostmaster: ...",
      };
    }
  },
};
