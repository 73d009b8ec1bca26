export { decodeMessage } from "./decode.ts";
export { encodeMessage, encodeRecords } from "./encode.ts";
export { formatIpv6, isIpv4, parseIpv4, parseIpv6 } from "./address.ts";
export { dnsClass, opcode, rcode, recordType } from "./numbers.ts";
export type { Edns, Message, Question, RecordData, ResourceRecord, WireProblem } from "./message.ts";
export { isDnsName, nameToWire } from "./name.ts";
