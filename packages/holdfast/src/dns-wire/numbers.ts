/** Numbers from the IANA registry "Domain Name System (DNS) Parameters": only those that we send or judge. */

export const recordType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const dnsClass = { IN: 1, CHAOS: 3, ANY: 255 } as const;

export const opcode = { QUERY: 0 } as const;

/** RFC 1035 4.1.1; 16 is extended (RFC 6891 6.1.3), its upper bits travel in the OPT record. */
export const rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
