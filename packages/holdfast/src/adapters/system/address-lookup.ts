import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import type { AddressLookup } from "../../ports/index.ts";

/** The operating system's resolver, so that /etc/hosts and a cluster's search domains count. */
export const addressLookup: AddressLookup = {
  lookup: async (host, signal) => {
    if (isIPv4(host)) return host;
    const { address } = await lookup(host, { family: 4 });
    signal.throwIfAborted();
    return address;
  },
};
