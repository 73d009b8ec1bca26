import { sameJson } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Signs a token that is good as long as the Secret that holds it. */
export type IssueSecretToken = (request: {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly secret: string;
}) => string;

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

/** Fills Secrets of type `kubernetes.io/service-account-token`, and deletes those whose service account is not there. */
export function accountTokenController(
  context: ControllerContext,
  rootCertificate: string,
  issue: IssueSecretToken,
): Controller {
  const secrets = context.objects<Secret>("v1", "Secret");
  const accounts = context.objects("v1", "ServiceAccount");

  const queue = createQueue("service-account-token", context, (namespace = "", name) => {
    const secret = secrets.get(namespace, name);
    if (secret?.type !== TYPE || secret.metadata.deletionTimestamp !== undefined) return undefined;
    const annotations = secret.metadata.annotations ?? {};
    const account = accounts.get(namespace, annotations[ACCOUNT_NAME] ?? "");
    // A new account of the old name is another one: it must not get what was given to the old one.
    if (account === undefined || (annotations[ACCOUNT_UID] ?? account.metadata.uid) !== account.metadata.uid) {
      secrets.delete(secret);
      return undefined;
    }
    const serviceAccount = account.metadata;
    const filled = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: serviceAccount.uid } },
      data: {
        ...secret.data,
        "ca.crt": btoa(rootCertificate),
        namespace: btoa(namespace),
        token: secret.data?.["token"] ?? btoa(issue({ namespace, serviceAccount, secret: name })),
      },
    };
    if (!sameJson(filled, secret)) secrets.update(filled);
    return undefined;
  });

  return controller(queue, [
    secrets.watch((type, secret) => {
      if (type !== "DELETED" && secret.type === TYPE) queue.add(secret.metadata);
    }),
    accounts.watch((type, { metadata }) => {
      if (type !== "DELETED") return;
      for (const secret of secrets.list(metadata.namespace)) {
        if (secret.metadata.annotations?.[ACCOUNT_NAME] === metadata.name) queue.add(secret.metadata);
      }
    }),
  ]);
}
