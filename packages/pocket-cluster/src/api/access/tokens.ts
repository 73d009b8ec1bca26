import { randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { KubeObject, ObjectStore } from "../../store/index.ts";
import { signedTokens } from "./signed-tokens.ts";
import type { User } from "./user.ts";

/** The issuer and the default audience of service-account tokens. */
export const ISSUER = "https://kubernetes.default.svc.cluster.local";
/** Of those that a Secret holds. */
const SECRET_ISSUER = "kubernetes/serviceaccount";

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

interface SecretTokenRequest {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  /** The Secret that holds the token; it is good as long as it is there. */
  readonly secret: string;
}

export interface ServiceAccountTokens {
  /** Throws `ApiError` 404 when there is no such service account. */
  issue(request: TokenRequest): IssuedToken;
  /** One that does not expire. */
  issueForSecret(request: SecretTokenRequest): string;
  /** The user behind a token that is good now, for one of `audiences` (default: the API server's). */
  authenticate(
    token: string,
    audiences?: readonly string[],
  ): { readonly user: User; readonly audiences: readonly string[] } | undefined;
}

/** Of Kubernetes' bound service-account tokens. */
interface BoundClaims {
  readonly iss: typeof ISSUER;
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

/** Of the tokens in Secrets of type kubernetes.io/service-account-token. */
interface SecretClaims {
  readonly iss: typeof SECRET_ISSUER;
  readonly sub: string;
  readonly "kubernetes.io/serviceaccount/namespace": string;
  readonly "kubernetes.io/serviceaccount/secret.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.uid": string;
}

/** Tokens by which programs say which service account they are. Whether the account still lives is asked every time. */
export function serviceAccountTokens(key: KeyObject, store: ObjectStore, now: () => number): ServiceAccountTokens {
  const tokens = signedTokens<BoundClaims | SecretClaims>(key);

  const find = (resource: string, namespace: string, name: string): KubeObject => {
    const type = store.findType("", "v1", resource);
    if (type === undefined) throw new Error(`the store serves no ${resource}`);
    return store.get({ type, namespace, name });
  };
  const findIfThere = (resource: string, namespace: string, name: string): KubeObject | undefined => {
    try {
      return find(resource, namespace, name);
    } catch {
      return undefined;
    }
  };
  const lives = (
    resource: string,
    namespace: string,
    reference: { readonly name: string; readonly uid: string },
  ): boolean => findIfThere(resource, namespace, reference.name)?.metadata.uid === reference.uid;

  const boundUser = (claims: BoundClaims): User | undefined => {
    const seconds = now() / 1000;
    const { namespace, serviceaccount, pod } = claims["kubernetes.io"];
    if (seconds < claims.nbf || seconds >= claims.exp) return undefined;
    if (!lives("serviceaccounts", namespace, serviceaccount)) return undefined;
    if (pod !== undefined && !lives("pods", namespace, pod)) return undefined;
    return {
      ...userOf(claims.sub, namespace, serviceaccount.uid),
      extra: {
        "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
        ...(pod === undefined
          ? {}
          : {
              "authentication.kubernetes.io/pod-name": [pod.name],
              "authentication.kubernetes.io/pod-uid": [pod.uid],
            }),
      },
    };
  };
  const secretUser = (claims: SecretClaims, token: string): User | undefined => {
    const namespace = claims["kubernetes.io/serviceaccount/namespace"];
    const uid = claims["kubernetes.io/serviceaccount/service-account.uid"];
    const account = { name: claims["kubernetes.io/serviceaccount/service-account.name"], uid };
    const secret = findIfThere("secrets", namespace, claims["kubernetes.io/serviceaccount/secret.name"]);
    // Another token in its place, or none: this one was replaced or taken back.
    const held = (secret?.["data"] as { readonly token?: string } | undefined)?.token ?? "";
    if (Buffer.from(held, "base64").toString() !== token) return undefined;
    return lives("serviceaccounts", namespace, account) ? userOf(claims.sub, namespace, uid) : undefined;
  };

  return {
    issue: ({ namespace, serviceAccount, audiences = [ISSUER], expirationSeconds = 3600, pod }) => {
      const account = find("serviceaccounts", namespace, serviceAccount);
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + expirationSeconds;
      const token = tokens.sign({
        iss: ISSUER,
        sub: subjectOf(namespace, serviceAccount),
        aud: audiences,
        iat: issuedAt,
        nbf: issuedAt,
        exp: expiresAt,
        jti: randomUUID(),
        "kubernetes.io": {
          namespace,
          serviceaccount: { name: serviceAccount, uid: account.metadata.uid },
          ...(pod === undefined ? {} : { pod }),
        },
      });
      return { token, expiresAt: expiresAt * 1000 };
    },

    issueForSecret: ({ namespace, serviceAccount, secret }) =>
      tokens.sign({
        iss: SECRET_ISSUER,
        sub: subjectOf(namespace, serviceAccount.name),
        "kubernetes.io/serviceaccount/namespace": namespace,
        "kubernetes.io/serviceaccount/secret.name": secret,
        "kubernetes.io/serviceaccount/service-account.name": serviceAccount.name,
        "kubernetes.io/serviceaccount/service-account.uid": serviceAccount.uid,
      }),

    authenticate: (token, audiences = [ISSUER]) => {
      const claims = tokens.read(token);
      if (claims === undefined) return undefined;
      const isBound = claims.iss === ISSUER;
      // One from a Secret names no audience: it is for the API server.
      const meant = (isBound ? claims.aud : [ISSUER]).filter((audience) => audiences.includes(audience));
      if (meant.length === 0) return undefined;
      const user = isBound ? boundUser(claims) : secretUser(claims, token);
      return user === undefined ? undefined : { user, audiences: meant };
    },
  };
}

function subjectOf(namespace: string, serviceAccount: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccount}`;
}

function userOf(name: string, namespace: string, uid: string): User {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return { name, uid, groups };
}
