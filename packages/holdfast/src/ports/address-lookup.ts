/** Names of the outside to addresses. */
export interface AddressLookup {
  /** The first IPv4 address; an address is its own answer. Rejects when there is none. */
  lookup(host: string, signal: AbortSignal): Promise<string>;
}
