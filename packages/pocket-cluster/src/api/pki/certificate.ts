import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import * as der from "./der.ts";

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** In RDN order: `[["O", "system:masters"], ["CN", "admin"]]`. */
export type Subject = readonly (readonly ["CN" | "O", string])[];

export interface CertificateRequest {
  readonly subject: Subject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly usage: "authority" | "server" | "client";
  /** DNS names and IP addresses. */
  readonly alternativeNames?: readonly string[];
  /** Absent: the certificate signs itself. */
  readonly issuer?: { readonly subject: Subject; readonly key: KeyObject };
}

const OID = {
  CN: "2.5.4.3",
  O: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuthentication: "1.3.6.1.5.5.7.3.1",
  clientAuthentication: "1.3.6.1.5.5.7.3.2",
};

/** Makes a P-256 key and an X.509 v3 certificate for it (RFC 5280, signed as RFC 5758 says). Takes about a millisecond. */
export function createCertificate(request: CertificateRequest): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = request.issuer ?? { subject: request.subject, key: privateKey };
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    der.context(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    algorithm,
    nameOf(issuer.subject),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    nameOf(request.subject),
    publicKey.export({ type: "spki", format: "der" }),
    der.context(3, der.sequence(...extensionsOf(request, publicKey, createPublicKey(issuer.key)))),
  );
  const signature = sign("sha256", toBeSigned, issuer.key);
  return {
    certificate: pemOf("CERTIFICATE", der.sequence(toBeSigned, algorithm, der.bitString(signature))),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function nameOf(subject: Subject): Buffer {
  return der.sequence(
    ...subject.map(([type, value]) => der.set(der.sequence(der.objectIdentifier(OID[type]), der.utf8String(value)))),
  );
}

function extensionsOf(request: CertificateRequest, subjectKey: KeyObject, issuerKey: KeyObject): Buffer[] {
  const authority = request.usage === "authority";
  const extensions = [
    extension(OID.basicConstraints, true, der.sequence(...(authority ? [der.boolean(true)] : []))),
    // Bits from the left: digitalSignature is 0, keyCertSign 5, cRLSign 6.
    extension(
      OID.keyUsage,
      true,
      authority ? der.bitString(Buffer.from([0b0000_0110]), 1) : der.bitString(Buffer.from([0b1000_0000]), 7),
    ),
    extension(OID.subjectKeyIdentifier, false, der.octetString(keyIdentifier(subjectKey))),
    extension(OID.authorityKeyIdentifier, false, der.sequence(der.contextPrimitive(0, keyIdentifier(issuerKey)))),
  ];
  if (!authority) {
    const purpose = request.usage === "server" ? OID.serverAuthentication : OID.clientAuthentication;
    extensions.push(extension(OID.extendedKeyUsage, false, der.sequence(der.objectIdentifier(purpose))));
  }
  if (request.alternativeNames !== undefined && request.alternativeNames.length > 0) {
    extensions.push(
      extension(OID.subjectAlternativeName, false, der.sequence(...request.alternativeNames.map(generalName))),
    );
  }
  return extensions;
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

/** RFC 5280 4.2.1.6: [2] a DNS name, [7] an address in network byte order. */
function generalName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return der.contextPrimitive(7, Buffer.from(name.split(".").map(Number)));
    case 6:
      return der.contextPrimitive(7, ipv6Bytes(name));
    default:
      return der.contextPrimitive(2, Buffer.from(name, "ascii"));
  }
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => parseInt(group, 16)));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const words = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** RFC 5280 4.2.1.2 (1), over the whole key information: any stable digest will do, it only has to match the issuer's. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function pemOf(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
