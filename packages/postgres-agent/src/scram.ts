import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * What PostgreSQL stores of a password (SCRAM-SHA-256, RFC 5802 and 7677): "SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>".
 * Made here, so that no statement ever carries the password itself.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** Is it the verifier of this password? */
export function verifies(verifier: string | undefined, password: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$/.exec(verifier ?? "") ?? [];
  if (verifier === undefined || iterations === undefined || salt === undefined) return false;
  const again = Buffer.from(scramVerifier(password, Buffer.from(salt, "base64"), Number(iterations)));
  const stored = Buffer.from(verifier);
  return again.length === stored.length && timingSafeEqual(again, stored);
}
