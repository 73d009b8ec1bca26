export { decodeMessage } from "./decode.ts";
export { encodeMessage, encodeRecords } from "./encode.ts";
export { dnsClass, opcode, rcode, recordType } from "./numbers.ts";
export type { Message, Question, RecordData, ResourceRecord } from "./message.ts";
export { nameToWire } from "./name.ts";
