import { createPublicKey, randomUUID, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { KubeObject, ObjectStore } from "../../store/index.ts";
import type { User } from "./user.ts";

/** The issuer and the default audience of service-account tokens. */
export const ISSUER = "https://kubernetes.default.svc.cluster.local";

interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Default: the API server's. */
  readonly audiences?: readonly string[];
  /** Default one hour; at least ten minutes, as the TokenRequest API wants it. */
  readonly expirationSeconds?: number;
  /** The token is good only as long as this pod lives. */
  readonly pod?: { readonly name: string; readonly uid: string };
}

interface IssuedToken {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export interface ServiceAccountTokens {
  /** Throws `ApiError` 404 when there is no such service account. */
  issue(request: TokenRequest): IssuedToken;
  /** The user behind a token that is good now, for one of `audiences` (default: the API server's). */
  authenticate(
    token: string,
    audiences?: readonly string[],
  ): { readonly user: User; readonly audiences: readonly string[] } | undefined;
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
  };
}

const VERIFIED_MAX = 512;

/** JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 3.4), with the claims of Kubernetes' bound service-account tokens. */
export function serviceAccountTokens(key: KeyObject, store: ObjectStore, now: () => number): ServiceAccountTokens {
  const publicKey = createPublicKey(key);
  const header = base64url(JSON.stringify({ alg: "ES256", typ: "JWT" }));
  /** A signature is checked once a token; expiry and whether the account still lives, every time. */
  const verified = new Map<string, Claims>();

  const find = (resource: string, namespace: string, name: string): KubeObject => {
    const type = store.findType("", "v1", resource);
    if (type === undefined) throw new Error(`the store serves no ${resource}`);
    return store.get({ type, namespace, name });
  };
  const lives = (
    resource: string,
    namespace: string,
    reference: { readonly name: string; readonly uid: string },
  ): boolean => {
    try {
      return find(resource, namespace, reference.name).metadata.uid === reference.uid;
    } catch {
      return false;
    }
  };

  const claimsOf = (token: string): Claims | undefined => {
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
  };

  return {
    issue: ({ namespace, serviceAccount, audiences = [ISSUER], expirationSeconds = 3600, pod }) => {
      const account = find("serviceaccounts", namespace, serviceAccount);
      const issuedAt = Math.floor(now() / 1000);
      const claims: Claims = {
        iss: ISSUER,
        sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
        aud: audiences,
        iat: issuedAt,
        nbf: issuedAt,
        exp: issuedAt + expirationSeconds,
        jti: randomUUID(),
        "kubernetes.io": {
          namespace,
          serviceaccount: { name: serviceAccount, uid: account.metadata.uid },
          ...(pod === undefined ? {} : { pod }),
        },
      };
      const signed = `${header}.${base64url(JSON.stringify(claims))}`;
      const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
      return { token: `${signed}.${signature.toString("base64url")}`, expiresAt: claims.exp * 1000 };
    },

    authenticate: (token, audiences = [ISSUER]) => {
      const claims = claimsOf(token);
      if (claims === undefined) return undefined;
      const seconds = now() / 1000;
      const { namespace, serviceaccount, pod } = claims["kubernetes.io"];
      const meant = claims.aud.filter((audience) => audiences.includes(audience));
      if (claims.iss !== ISSUER || seconds < claims.nbf || seconds >= claims.exp || meant.length === 0)
        return undefined;
      if (!lives("serviceaccounts", namespace, serviceaccount)) return undefined;
      if (pod !== undefined && !lives("pods", namespace, pod)) return undefined;
      return { user: userOf(claims), audiences: meant };
    },
  };
}

function userOf({ sub, jti, "kubernetes.io": { namespace, serviceaccount, pod } }: Claims): User {
  return {
    name: sub,
    uid: serviceaccount.uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    extra: {
      "authentication.kubernetes.io/credential-id": [`JTI=${jti}`],
      ...(pod === undefined
        ? {}
        : {
            "authentication.kubernetes.io/pod-name": [pod.name],
            "authentication.kubernetes.io/pod-uid": [pod.uid],
          }),
    },
  };
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
