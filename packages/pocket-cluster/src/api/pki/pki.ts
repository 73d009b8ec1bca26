import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { createCertificate } from "./certificate.ts";
import type { KeyPair, Subject } from "./certificate.ts";

export interface PkiOptions {
  /** `<dataDir>/pki`; made (0700) when absent. The files in it are 0600. */
  readonly directory: string;
  /** The cluster's name, which the authority's subject carries. */
  readonly clusterName: string;
  /** DNS names and addresses that the server's certificate is good for. */
  readonly serverNames: readonly string[];
  /** ms since the epoch. */
  readonly now: () => number;
}

interface ClientCertificateRequest {
  /** Becomes CN: the user that the API server sees. */
  readonly user: string;
  /** Become O: the user's groups, for example `system:masters`. */
  readonly groups?: readonly string[];
  /** Default: one year. */
  readonly validForMs?: number;
}

/** A cluster's own certificate authority, its server's certificate and the key that signs service-account tokens. */
export interface Pki {
  /** PEM, for clients to trust. */
  readonly authorityCertificate: string;
  readonly tokenKey: KeyObject;
  /** The server's certificate: the one on disk, or a new one when names changed or less than a third of its time is left. */
  serverCertificate(): KeyPair;
  issueClientCertificate(request: ClientCertificateRequest): KeyPair;
}

const DAY_MS = 86_400_000;
const AUTHORITY_VALID_MS = 3650 * DAY_MS;
const LEAF_VALID_MS = 365 * DAY_MS;
/** Machines' clocks differ: a certificate made now must be good on one that is a little behind. */
const BACKDATE_MS = 300_000;

/** Opens the authority in `directory`, making it first where there is none: a restarted cluster keeps its identity. */
export function openPki(options: PkiOptions): Pki {
  const { directory, now } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const authoritySubject: Subject = [
    ["O", "pocket-cluster"],
    ["CN", `${options.clusterName}-ca`],
  ];
  const authority = readPair(directory, "ca") ?? writePair(directory, "ca", createAuthority(authoritySubject, now()));
  const issuer = { subject: authoritySubject, key: createPrivateKey(authority.privateKey) };
  const serverNames = [...new Set(options.serverNames)];

  const issue = (subject: Subject, usage: "server" | "client", validForMs: number, names: readonly string[]): KeyPair =>
    createCertificate({
      subject,
      usage,
      issuer,
      alternativeNames: names,
      notBefore: now() - BACKDATE_MS,
      notAfter: Math.min(now() + validForMs, Date.parse(new X509Certificate(authority.certificate).validTo)),
    });

  return {
    authorityCertificate: authority.certificate,
    tokenKey: openTokenKey(directory),
    serverCertificate: () => {
      const kept = readPair(directory, "server");
      if (kept !== undefined && serves(kept, authority, serverNames, now())) return kept;
      return writePair(directory, "server", issue([["CN", "kube-apiserver"]], "server", LEAF_VALID_MS, serverNames));
    },
    issueClientCertificate: ({ user, groups = [], validForMs = LEAF_VALID_MS }) =>
      issue([...groups.map((group) => ["O", group] as const), ["CN", user]], "client", validForMs, []),
  };
}

function createAuthority(subject: Subject, now: number): KeyPair {
  return createCertificate({
    subject,
    usage: "authority",
    notBefore: now - BACKDATE_MS,
    notAfter: now + AUTHORITY_VALID_MS,
  });
}

function serves(pair: KeyPair, authority: KeyPair, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(pair.certificate);
  return (
    Date.parse(certificate.validTo) - now > LEAF_VALID_MS / 3 &&
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(pair.privateKey)) &&
    names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined)
  );
}

function openTokenKey(directory: string): KeyObject {
  const file = join(directory, "service-account.key");
  const kept = readIfPresent(file);
  if (kept !== undefined) return createPrivateKey(kept);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writePrivate(file, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  return privateKey;
}

function readPair(directory: string, name: string): KeyPair | undefined {
  const certificate = readIfPresent(join(directory, `${name}.crt`));
  const privateKey = readIfPresent(join(directory, `${name}.key`));
  return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
}

/** The key first: a crash in between leaves a pair that `readPair` takes for absent or, on renewal, that does not verify. */
function writePair(directory: string, name: string, pair: KeyPair): KeyPair {
  writePrivate(join(directory, `${name}.key`), pair.privateKey);
  writePrivate(join(directory, `${name}.crt`), pair.certificate);
  return pair;
}

/** Written aside and renamed, so that a crash never leaves half a key. */
function writePrivate(file: string, text: string): void {
  const aside = `${file}.new`;
  writeFileSync(aside, text, { mode: 0o600 });
  renameSync(aside, file);
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
