/** BIP 173: the alphabet of bech32, 5 bits a letter. */
const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** The checksum covers the text before the last `1`, too: its letters' high bits, a zero, their low bits. */
const PREFIX = [...codesOf("age").map((code) => code >> 5), 0, ...codesOf("age").map((code) => code & 31)];

/** `age1` and an X25519 public key: 32 bytes are 52 letters, the checksum 6 more. */
export const AGE_RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

/**
 * Whether files can be encrypted to this text with age. A wrong letter would otherwise be found only after a cluster was built
 * whose keys cannot be put away.
 */
export function isAgeRecipient(text: string): boolean {
  if (!AGE_RECIPIENT.test(text)) return false;
  const digits = Array.from(text.slice("age1".length), (letter) => ALPHABET.indexOf(letter));
  return checksum([...PREFIX, ...digits]) === 1;
}

function codesOf(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function checksum(digits: readonly number[]): number {
  return digits.reduce((sum, digit) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ digit;
    return GENERATOR.reduce((value, word, bit) => ((top >>> bit) & 1 ? value ^ word : value), next);
  }, 1);
}
