import type { Fleet, MongodbStore, SiteName, Store } from "../../spec/index.ts";
import { SYSTEM_NAMESPACE, indexFleet, siteContext } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { tlsSecretName } from "./ingress.ts";
import {
  POSTGRESQL_PORT,
  authorityFile,
  mongodbMembersAt,
  mongodbStoresOf,
  placedMongodbMembers,
  secretNames,
  serviceNames,
  storesAt,
} from "./stores.ts";
import { PEER_KUBECONFIG, peerSecretName, registersOf } from "./voter-names.ts";

/** A Secret that has to exist before a site can run. Rendered files only ever name it. */
export interface RequiredSecret {
  readonly namespace: string;
  readonly name: string;
  /** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
  readonly type: "Opaque" | "kubernetes.io/tls" | "kubernetes.io/dockerconfigjson";
  /** Sorted by name. */
  readonly keys: readonly SecretKey[];
  /** The same content at each site, for example because a password is replicated with the database. */
  readonly sameAtEverySite: boolean;
}

export interface SecretKey {
  readonly key: string;
  readonly purpose: string;
  readonly source: SecretSource;
}

/** Where a key's value comes from, so that whoever makes the Secret (a person, the lab) need not know what it is for. */
export type SecretSource =
  /** Not secret by itself, and fixed by the fleet file. */
  | { readonly kind: "fixed"; readonly value: string }
  /** Anything that cannot be guessed; 32 bytes are plenty. URL-safe characters, for it stands in connection strings. */
  | { readonly kind: "random" }
  /** `{key}` stands for another key of the same Secret. */
  | { readonly kind: "template"; readonly template: string }
  /** Only its owner knows it. */
  | { readonly kind: "given" }
  /** A kubeconfig for `server` with the token and the certificate authority in the Secret `holdfast-voter-token` of `voter`. */
  | { readonly kind: "peer-kubeconfig"; readonly voter: SiteName; readonly server: string };

/** Every Secret that the site's manifests refer to, sorted by namespace and name. */
export function requiredSecrets(fleet: Fleet, name: SiteName): readonly RequiredSecret[] {
  return secretsAt(siteContext(indexFleet(fleet), name));
}

export function secretsAt(context: SiteContext): readonly RequiredSecret[] {
  const { fleet } = context;
  const secrets = new Map<string, RequiredSecret>();
  const add = (secret: Omit<RequiredSecret, "keys">, keys: readonly SecretKey[]): void => {
    const id = `${secret.namespace}/${secret.name}`;
    const known = secrets.get(id);
    // What a store says of its own keys goes before what a component's reference can say.
    const added = keys.filter((key) => !known?.keys.some((other) => other.key === key.key));
    secrets.set(id, { ...(known ?? secret), keys: [...(known?.keys ?? []), ...added].sort(byKey) });
  };
  const stores = storesAt(context);
  for (const store of stores) addStoreSecrets(context, store, add);
  if (context.role === "site") addApplicationSecrets(context, add);
  addPeerSecrets(context, add);
  const { pullSecret } = fleet.registry;
  if (pullSecret !== undefined) {
    const usesApplication = context.role === "site" || stores.length > 0;
    for (const namespace of usesApplication ? [fleet.application.namespace, SYSTEM_NAMESPACE] : [SYSTEM_NAMESPACE]) {
      add({ namespace, name: pullSecret, type: "kubernetes.io/dockerconfigjson", sameAtEverySite: false }, [
        { key: ".dockerconfigjson", purpose: `pulls images from ${fleet.registry.server}`, source: { kind: "given" } },
      ]);
    }
  }
  return [...secrets.values()].sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

type Add = (secret: Omit<RequiredSecret, "keys">, keys: readonly SecretKey[]) => void;

function addApplicationSecrets(context: SiteContext, add: Add): void {
  const { application, traffic } = context.fleet;
  const { namespace } = application;
  for (const component of application.components) {
    for (const { env, secret, key } of component.secrets) {
      add({ namespace, name: secret, type: "Opaque", sameAtEverySite: true }, [
        { key, purpose: `${env} of ${component.name}`, source: { kind: "given" } },
      ]);
    }
  }
  // Also where the store has no member: its clients have to know it all the same.
  for (const { name } of application.components.flatMap((component) => mongodbStoresOf(context.fleet, component)))
    add({ namespace, name: secretNames(name).tls, type: "Opaque", sameAtEverySite: false }, [authorityKey]);
  const tls = tlsSecretName(context);
  // cert-manager writes its own.
  if (tls !== undefined && traffic.tls.kind === "secret") {
    add({ namespace, name: tls, type: "kubernetes.io/tls", sameAtEverySite: false }, [
      { key: "tls.crt", purpose: `certificate chain for ${traffic.host}`, source: { kind: "given" } },
      { key: "tls.key", purpose: "its private key", source: { kind: "given" } },
    ]);
  }
}

const authorityKey: SecretKey = {
  key: "ca.crt",
  purpose: "the authority that signed the members' certificates",
  source: { kind: "given" },
};

/** Within the set only; it does not name the application. */
const MONGODB_ADMINISTRATOR = "holdfast-admin";

function addPeerSecrets(context: SiteContext, add: Add): void {
  for (const { name, api } of peersToVote(context)) {
    add({ namespace: SYSTEM_NAMESPACE, name: peerSecretName(name), type: "Opaque", sameAtEverySite: false }, [
      {
        key: PEER_KUBECONFIG,
        purpose: `the controller reaches the vote of ${name} with it`,
        source: { kind: "peer-kubeconfig", voter: name, server: `https://${api.host}:${api.port}` },
      },
    ]);
  }
}

/** The other voters that this site can reach; none where there is nothing to vote on. */
export function peersToVote({ fleet, peers }: SiteContext) {
  if (registersOf(fleet).length === 0) return [];
  return peers.flatMap(({ name, addresses }) => {
    const api = addresses.peering.kubernetesApi;
    return api === undefined ? [] : [{ name, api }];
  });
}

function addStoreSecrets(context: SiteContext, store: Store, add: Add): void {
  const { namespace } = context.fleet.application;
  const { application, system, tls } = secretNames(store.name);
  const at = (name: string, sameAtEverySite: boolean) => ({
    namespace,
    name,
    type: "Opaque" as const,
    sameAtEverySite,
  });
  if (store.engine === "postgresql") {
    const { readWrite, readOnly } = serviceNames(store.name);
    const uri = (host: string): SecretSource => ({
      kind: "template",
      template: `postgresql://{username}:{password}@${host}:${POSTGRESQL_PORT}/${store.database}`,
    });
    add(at(application, true), [
      {
        key: "username",
        purpose: `owner of the database ${store.database}`,
        source: { kind: "fixed", value: store.owner },
      },
      { key: "password", purpose: "the owner's password", source: { kind: "random" } },
      { key: "uri", purpose: "reads and writes, wherever the primary is", source: uri(readWrite) },
      { key: "read-uri", purpose: "reads from this site's own server", source: uri(readOnly) },
    ]);
    add(at(system, true), [
      { key: "superuser-password", purpose: "the server's superuser", source: { kind: "random" } },
      {
        key: "replication-password",
        purpose: "standbys at the other sites follow with it",
        source: { kind: "random" },
      },
      { key: "agent-token", purpose: "the controller commands the agent with it", source: { kind: "random" } },
    ]);
    return;
  }
  if (mongodbMembersAt(store, context.name).data.length > 0) {
    add(at(application, true), [
      {
        key: "username",
        purpose: `user of the database ${store.database}`,
        source: { kind: "fixed", value: store.database },
      },
      { key: "password", purpose: "the user's password", source: { kind: "random" } },
      {
        key: "uri",
        purpose: "the replica set",
        source: { kind: "template", template: mongodbUri(context, store) },
      },
    ]);
    // At each site with data, so that who operates the set has it where another site is lost.
    add(at(system, true), [
      { key: "username", purpose: "the set's administrator", source: { kind: "fixed", value: MONGODB_ADMINISTRATOR } },
      { key: "password", purpose: "the administrator's password", source: { kind: "random" } },
    ]);
  }
  const host = context.addresses.peering.dataHost ?? context.name;
  add(at(tls, false), [
    {
      key: "tls-combined.pem",
      purpose: `key and certificate of the members here in one file, for the name or address ${host}, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has`,
      source: { kind: "given" },
    },
    authorityKey,
  ]);
}

/** Members are named as every site reaches them: a client replaces its list by the members' own names. */
function mongodbUri({ fleet }: SiteContext, store: MongodbStore): string {
  const hosts = placedMongodbMembers(fleet, store).flatMap(({ role, host }) => (role === "data" ? [host] : []));
  return `mongodb://{username}:{password}@${hosts.join(",")}/${store.database}?replicaSet=${store.replicaSet}&authSource=${store.database}&tls=true&tlsCAFile=${authorityFile(store.name)}`;
}

function byKey(a: SecretKey, b: SecretKey): number {
  return a.key < b.key ? -1 : 1;
}
