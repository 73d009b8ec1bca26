import { createServer } from "node:net";

/** Hands out the addresses `prefix.1` to `prefix.254`; one given back is used again as late as possible. */
export class AddressPool {
  readonly #prefix: string;
  readonly #taken = new Map<string, string>();
  #last = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** An address for `owner`: `wanted` if it is free (a pod keeps its own over a restart of its site); `undefined` when all are taken. */
  take(owner: string, wanted?: string): string | undefined {
    if (wanted?.startsWith(`${this.#prefix}.`) === true && (this.#taken.get(wanted) ?? owner) === owner) {
      this.#taken.set(wanted, owner);
      return wanted;
    }
    for (let step = 1; step <= 254; step += 1) {
      const byte = ((this.#last + step - 1) % 254) + 1;
      const address = `${this.#prefix}.${byte}`;
      if (this.#taken.has(address)) continue;
      this.#last = byte;
      this.#taken.set(address, owner);
      return address;
    }
    return undefined;
  }

  release(owner: string): void {
    for (const [address, holder] of this.#taken) if (holder === owner) this.#taken.delete(address);
  }
}

/** Rejects unless `address` can be listened on: Linux has all of 127.0.0.0/8 on its loopback interface, other systems only 127.0.0.1. */
export async function assertAddressUsable(address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (cause) => {
      reject(
        new Error(
          `the address ${address} cannot be used (${(cause as NodeJS.ErrnoException).code ?? cause.message}): a pocket cluster needs the ` +
            `whole loopback block 127.0.0.0/8, which Linux has and other systems lack`,
          { cause },
        ),
      );
    });
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve()));
  });
}
