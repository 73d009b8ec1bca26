/**
 * A DNS message as values (RFC 1035 section 4, EDNS of RFC 6891).
 *
 * Names are text in presentation format without the last dot, `.` for the root; a dot or a backslash within a label is
 * `\.` or `\\`, any octet that is not printable ASCII is `\DDD` (RFC 1035 5.1). The case of letters is kept, because
 * resolvers check that an answer repeats their question's case ("0x20").
 */
export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** Twelve bits with `edns`, four without. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record, which is `edns`. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord {
  readonly name: string;
  readonly class: number;
  /** Seconds, 32 bits. */
  readonly ttl: number;
  readonly data: RecordData;
}

export type RecordData =
  | { readonly kind: "A"; readonly address: string }
  | { readonly kind: "AAAA"; readonly address: string }
  | { readonly kind: "NS"; readonly target: string }
  | { readonly kind: "CNAME"; readonly target: string }
  | {
      readonly kind: "SOA";
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      /** Seconds, all five (RFC 1035 3.3.13; `minimum` is the negative TTL of RFC 2308). */
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
  | { readonly kind: "TXT"; readonly strings: readonly Uint8Array[] }
  /** A type that we do not look into (RFC 3597). */
  | { readonly kind: "other"; readonly type: number; readonly bytes: Uint8Array };

export interface Edns {
  /** The largest UDP message that the sender takes, octets. */
  readonly udpPayloadBytes: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly bytes: Uint8Array }[];
}

/** Why bytes are no message; `offset` is where reading stopped. */
export interface WireProblem {
  readonly kind: "short" | "bad-label" | "name-too-long" | "bad-pointer" | "bad-rdata" | "bad-opt" | "trailing-bytes";
  readonly offset: number;
}
