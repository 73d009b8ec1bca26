/** One field of a protobuf message as it stands on the wire (protobuf.dev/programming-guides/encoding). */
export interface WireField {
  readonly number: number;
  /** A varint, or the bytes of a string, message, or fixed number. */
  readonly value: bigint | Uint8Array;
}

export class WireError extends Error {}

export function readFields(bytes: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new WireError("unexpected EOF");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new WireError("integer overflow");
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    if (number === 0) throw new WireError("illegal tag 0");
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: take(8) });
        break;
      case 2:
        fields.push({ number, value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: take(4) });
        break;
      default:
        throw new WireError(`illegal wireType ${tag & 7}`);
    }
  }
  return fields;
}
