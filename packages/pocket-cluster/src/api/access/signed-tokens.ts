import { createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 3.4). */
export interface SignedTokens<Claims> {
  sign(claims: Claims): string;
  /** What is in a token that we signed; whether it is still good is the caller's to say. */
  read(token: string): Claims | undefined;
}

const VERIFIED_MAX = 512;

export function signedTokens<Claims>(key: KeyObject): SignedTokens<Claims> {
  const publicKey = createPublicKey(key);
  const header = base64url(JSON.stringify({ alg: "ES256", typ: "JWT" }));
  /** A signature is checked once a token: that costs more than a small request. */
  const verified = new Map<string, Claims>();

  return {
    sign: (claims) => {
      const signed = `${header}.${base64url(JSON.stringify(claims))}`;
      const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },

    read: (token) => {
      const kept = verified.get(token);
      if (kept !== undefined) return kept;
      const [head, payload, signature, ...rest] = token.split(".");
      if (head !== header || payload === undefined || signature === undefined || rest.length > 0) return undefined;
      const isGenuine = verify(
        "sha256",
        Buffer.from(`${head}.${payload}`),
        { key: publicKey, dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64url"),
      );
      if (!isGenuine) return undefined;
      // We signed it, so it has the shape that we gave it.
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
      if (verified.size >= VERIFIED_MAX) verified.delete(verified.keys().next().value ?? "");
      verified.set(token, claims);
      return claims;
    },
  };
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
