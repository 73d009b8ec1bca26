import { isHubSite } from "../../../azure-stack-hub/index.ts";
import type { HubSite } from "../../../azure-stack-hub/index.ts";
import type { Fleet, SiteName } from "../../../spec/index.ts";
import type { RequiredSecret, SecretKey } from "../../kubernetes/index.ts";
import { digest } from "../../kubernetes/digest.ts";

/** Where a value is kept: the same coordinates whatever keeps it. */
export interface StoredValue {
  /** A site, or `fleet` for what is the same at every site. */
  readonly scope: string;
  /** What belongs together: a Kubernetes Secret, a login. */
  readonly name: string;
  readonly key: string;
}

/** A value that a person or a script puts into the store, and that deployments fetch. */
export interface PlannedValue extends StoredValue {
  readonly purpose: string;
  readonly filledBy: "create-missing.sh" | "you" | "the pipeline";
  readonly readBy: string;
}

export function scopeOf({ sameAtEverySite }: RequiredSecret, site: SiteName): string {
  return sameAtEverySite ? "fleet" : site;
}

/** Keys of a site's Kubernetes Secrets that have to be kept somewhere: the others are fixed, or made of these. */
export function storedKeys(
  secrets: readonly RequiredSecret[],
  site: SiteName,
  script = "fill-secrets.sh",
): readonly PlannedValue[] {
  return secrets.flatMap((secret) =>
    secret.keys.flatMap((key): PlannedValue[] => {
      const filledBy = fillerOf(key);
      if (filledBy === undefined) return [];
      const { name } = secret;
      return [{ ...storedIn(secret, key, site), purpose: key.purpose, filledBy, readBy: `${script}, for ${name}` }];
    }),
  );
}

function fillerOf({ source }: SecretKey): PlannedValue["filledBy"] | undefined {
  if (source.kind === "random") return "create-missing.sh";
  return source.kind === "given" ? "you" : undefined;
}

export function storedIn(secret: RequiredSecret, { key }: SecretKey, site: SiteName): StoredValue {
  return { scope: scopeOf(secret, site), name: secret.name, key };
}

/** A kubeconfig with which the other sites reach this voter's registers: published by its site, fetched by the others. */
export function loginOf(voter: SiteName): StoredValue {
  return { scope: voter, name: "voter-login", key: "kubeconfig" };
}

/** Not secret, but known only once the gateway is there, and needed at the other end of each tunnel. */
export const gatewayAddress = (site: SiteName): StoredValue => ({ scope: site, name: "gateway", key: "address" });

export const adminKubeconfig = (site: SiteName): StoredValue => ({ scope: site, name: "admin", key: "kubeconfig" });
export const deployerKubeconfig = (site: SiteName): StoredValue => ({
  scope: site,
  name: "deployer",
  key: "kubeconfig",
});

/** How the pipeline comes to a Hub, under the names of the environment variables that the scripts of aks-engine/ read. */
export function hubLogin({ name, platform }: HubSite): readonly (StoredValue & { readonly env: string })[] {
  const value = (key: string, env: string) => ({ scope: name, name: "hub", key, env });
  return [
    value("client-id", "AZURE_CLIENT_ID"),
    value("tenant-id", "AZURE_TENANT_ID"),
    value("subscription-id", "AZURE_SUBSCRIPTION_ID"),
    ...(platform.authentication === "client-secret"
      ? [value("client-secret", "AZURE_CLIENT_SECRET")]
      : [value("client-certificate", "HUB_CLIENT_CERTIFICATE"), value("client-private-key", "HUB_CLIENT_PRIVATE_KEY")]),
  ];
}

/** Opens what AKS Engine wrote: the private half of one of `access.stateRecipients`. */
export const stateIdentity = (site: SiteName): StoredValue => ({
  scope: site,
  name: "engine-state",
  key: "age-identity",
});
/** For the nodes: AKS Engine renews certificates over SSH. */
export const nodeKey = (site: SiteName): StoredValue => ({ scope: site, name: "ssh", key: "private-key" });

export function tunnelKey(one: SiteName, other: SiteName): StoredValue {
  const [first = one, second = other] = [one, other].toSorted();
  return { scope: "fleet", name: `vpn-${first}-${second}`, key: "shared-key" };
}

/** What the pipeline and the operators need at a site beside the application's own Secrets. */
export function deliverySecrets(fleet: Fleet, site: SiteName, votes: boolean): readonly PlannedValue[] {
  const hub = fleet.sites.filter(isHubSite).find(({ name }) => name === site);
  const cluster = { purpose: "administers the cluster", readBy: "the pipeline, to set up the platform and access" };
  const joined = fleet.links.some(({ kind, between }) => kind === "vpn" && between.includes(site));
  return [
    ...(hub === undefined ? [] : hubSecrets(fleet, hub)),
    ...(joined && fleet.sites.some(isHubSite)
      ? [
          {
            ...gatewayAddress(site),
            purpose: "public address of the VPN gateway (not secret)",
            filledBy: hub === undefined ? ("you" as const) : ("the pipeline" as const),
            readBy: "the pipeline, for the connections of the other sites",
          },
        ]
      : []),
    { ...adminKubeconfig(site), ...cluster, filledBy: hub === undefined ? "you" : "the pipeline" },
    {
      ...deployerKubeconfig(site),
      purpose: "writes what is rendered, and no more",
      filledBy: "the pipeline",
      readBy: "the pipeline, to deploy the application",
    },
    ...(votes
      ? [
          {
            ...loginOf(site),
            purpose: "reaches this voter's registers",
            filledBy: "the pipeline" as const,
            readBy: "fill-secrets.sh at the other sites",
          },
        ]
      : []),
  ];
}

function hubSecrets(fleet: Fleet, hub: HubSite): readonly PlannedValue[] {
  const pipeline = { filledBy: "you" as const, readBy: "the pipeline, to build the cluster" };
  const purposes: Readonly<Record<string, string>> = {
    "client-id": "application id of the service principal",
    "tenant-id": "directory of the service principal; adfs with AD FS",
    "subscription-id": `id of the subscription ${hub.platform.subscription}`,
    "client-secret": "the service principal's secret",
    "client-certificate": "the service principal's certificate, PEM",
    "client-private-key": "the certificate's private key, PEM",
  };
  const tunnels = fleet.links.filter(({ kind, between }) => kind === "vpn" && between.includes(hub.name));
  return [
    ...hubLogin(hub).map(({ scope, name, key }) => ({ scope, name, key, purpose: purposes[key] ?? key, ...pipeline })),
    { ...stateIdentity(hub.name), purpose: "opens the encrypted output of AKS Engine (age)", ...pipeline },
    {
      ...nodeKey(hub.name),
      purpose: "logs in to the nodes (SSH)",
      filledBy: "you",
      readBy: "rotate-certs.sh and get-logs.sh",
    },
    ...tunnels.map(({ between: [one, other] }): PlannedValue => ({
      ...tunnelKey(one, other),
      purpose: `the tunnel between ${one} and ${other}`,
      filledBy: "create-missing.sh",
      readBy: "fill-hub-vault.sh, for the connection",
    })),
  ];
}

/** Azure Key Vault: `^[0-9a-zA-Z-]{1,127}$`, one value a name. */
export function keyVaultName({ scope, name, key }: StoredValue): string {
  const raw = [scope, name, key];
  const parts = raw.map((part) => part.replaceAll(/[^A-Za-z0-9-]+/g, "-").replace(/^-+/, ""));
  const plain = parts.join("--");
  // A dot or an underscore is lost: a mark keeps apart what would otherwise have one name. Common names stay readable.
  const isPlain = raw.every((part) => /^\.?[A-Za-z0-9-]+(?:\.[a-z0-9]+)?$/.test(part)) && plain.length <= 127;
  return isPlain ? plain : `${plain.slice(0, 110)}-${digest(raw.join("\n"))}`;
}

/** HashiCorp Vault, key-value store version 2: a path with fields. */
export function vaultPath({ name: fleet }: Fleet, { scope, name }: Pick<StoredValue, "scope" | "name">): string {
  return `holdfast/${fleet}/${scope}/${name}`;
}

/** A secret variable of the pipeline's own store. */
export function variableName({ scope, name, key }: StoredValue): string {
  return [scope, name, key]
    .map((part) =>
      part
        .replaceAll(/[^A-Za-z0-9]+/g, "_")
        .replace(/^_+/, "")
        .toUpperCase(),
    )
    .join("__");
}
