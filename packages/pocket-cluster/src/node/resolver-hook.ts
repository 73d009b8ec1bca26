/**
 * Preloaded into every Node program of a pod: makes `dns.lookup` find the cluster's names in the hosts file that the node keeps
 * (`POCKET_CLUSTER_HOSTS`), as a pod's resolver would ask the cluster's DNS. Kept tiny: each program pays for it at its start.
 */
import dns from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const file = process.env["POCKET_CLUSTER_HOSTS"] ?? "";
const CLUSTER_NAME = /\.(svc|svc\.cluster\.local)$/;
/** Looked at again at most this often, so that a busy client does not stat for each request. */
const RECHECK_MS = 20;

let hosts = new Map<string, string[]>();
let version = "";
let checkedAt = -Infinity;

function addressesOf(name: string): readonly string[] | undefined {
  const now = performance.now();
  if (now - checkedAt > RECHECK_MS) {
    checkedAt = now;
    reread();
  }
  return hosts.get(name);
}

function reread(): void {
  const found = statSync(file, { throwIfNoEntry: false });
  // The clock of file times is coarse; each new file is another inode.
  const current = found === undefined ? "" : `${found.mtimeMs} ${found.ino}`;
  if (current === version) return;
  version = current;
  hosts = new Map();
  if (found === undefined) return;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [address = "", ...names] = line.split(" ");
    for (const name of names) hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
}

interface LookupOptions {
  readonly all?: boolean;
  readonly family?: number | string;
}
type Callback = (error: NodeJS.ErrnoException | null, address?: unknown, family?: number) => void;

/** `undefined`: not a name of the cluster. An empty list: a name of the cluster that has no address. */
function find(hostname: string): readonly string[] | undefined {
  const name = (hostname.endsWith(".") ? hostname.slice(0, -1) : hostname).toLowerCase();
  return addressesOf(name) ?? (CLUSTER_NAME.test(name) ? [] : undefined);
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: "ENOTFOUND",
    errno: -3008,
    syscall: "getaddrinfo",
    hostname,
  });
}

/** Headless names have several addresses: like a DNS server, begin with another one each time. */
let turn = 0;
function rotated(addresses: readonly string[]): readonly string[] {
  turn = (turn + 1) % 65_536;
  const start = turn % addresses.length;
  return [...addresses.slice(start), ...addresses.slice(0, start)];
}

const systemLookup = dns.lookup as (...parameters: unknown[]) => unknown;
function lookup(hostname: string, second: LookupOptions | number | Callback, third?: Callback): unknown {
  const addresses = typeof hostname === "string" && hostname !== "" ? find(hostname) : undefined;
  if (addresses === undefined)
    return third === undefined ? systemLookup(hostname, second) : systemLookup(hostname, second, third);
  const callback = third ?? (second as Callback);
  const options: LookupOptions =
    typeof second === "object" ? second : { ...(typeof second === "number" && { family: second }) };
  process.nextTick(() => {
    const [first] = addresses;
    if (first === undefined || options.family === 6 || options.family === "IPv6") callback(notFound(hostname));
    else if (options.all === true)
      callback(
        null,
        rotated(addresses).map((address) => ({ address, family: 4 })),
      );
    else callback(null, rotated(addresses)[0], 4);
  });
  return {};
}

const systemPromise = dns.promises.lookup as (hostname: string, options?: LookupOptions | number) => Promise<unknown>;
async function lookupPromise(hostname: string, options?: LookupOptions | number): Promise<unknown> {
  if (find(hostname) === undefined) return systemPromise(hostname, options);
  const all = typeof options === "object" && options.all === true;
  return new Promise((resolve, reject) => {
    lookup(hostname, options ?? {}, (error, address, family) => {
      if (error) reject(error);
      else resolve(all ? address : { address, family });
    });
  });
}

if (file !== "") {
  // The function's promisified form is dns.promises.lookup's shape, as Node's own has it.
  Object.assign(dns, {
    lookup: Object.assign(lookup, { [Symbol.for("nodejs.util.promisify.custom")]: lookupPromise }),
  });
  Object.assign(dns.promises, { lookup: lookupPromise });
  syncBuiltinESMExports();
}
