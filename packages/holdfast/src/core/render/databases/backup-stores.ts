import type { Backup, Fleet, Site, SiteName, Store } from "../../spec/index.ts";

/** Where an operator puts backups: an object store that speaks one of the two protocols that both operators speak. */
export interface BackupStore {
  /** Of the site or of the external target. */
  readonly name: string;
  readonly kind: "azure-blob" | "s3";
  /** Undefined: the protocol's public one. */
  readonly endpoint?: string;
  /** Container or bucket. */
  readonly container: string;
  readonly prefix?: string;
  /** The Kubernetes Secret with the credentials; `credentialKeys` says what is in it. */
  readonly secret: string;
  readonly port: number;
}

/** As Percona's operator wants them; CloudNativePG takes any. */
export const credentialKeys = {
  "azure-blob": ["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"],
  s3: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
} as const;

/** Where a site that is no Hub has an S3-compatible store, by convention: at `addresses.peering.dataHost`. */
const S3_PORT = 9000;

export function backupOf({ backups }: Fleet, store: Store): Backup | undefined {
  return backups.find((backup) => backup.store === store.name);
}

/** The first target that is not the site with the data (R99), and every external one that is an object store. */
export function backupStores(fleet: Fleet, store: Store, takenAt: SiteName): readonly BackupStore[] {
  const backup = backupOf(fleet, store);
  if (backup === undefined) return [];
  const target = targetOf(fleet, backup, takenAt);
  return [
    ...(target === undefined ? [] : [siteStore(fleet, store, target)]),
    ...backup.external.flatMap(({ name, kind, url, secret }) =>
      kind === "s3" || kind === "azure-blob"
        ? [{ name, kind, ...parseUrl(kind, url), secret: secret ?? `${store.name}-backup-${name}` }]
        : [],
    ),
  ];
}

export function targetOf({ sites }: Fleet, { targets }: Backup, takenAt: SiteName): Site | undefined {
  const name = targets.find((target) => target !== takenAt);
  return sites.find((site) => site.name === name);
}

function siteStore(fleet: Fleet, store: Store, { name, platform, addresses }: Site): BackupStore {
  const secret = `${store.name}-backup-${name}`;
  if (platform.kind === "azure-stack-hub")
    return {
      name,
      kind: "azure-blob",
      endpoint: `https://${storageAccount(fleet, name)}.blob.${platform.region}.${platform.suffix}`,
      container: store.name,
      secret,
      port: 443,
    };
  const host = addresses.peering.dataHost ?? name;
  return { name, kind: "s3", endpoint: `https://${host}:${S3_PORT}`, container: store.name, secret, port: S3_PORT };
}

/** 3 to 24 small letters and digits. */
export function storageAccount({ name }: Fleet, site: SiteName): string {
  const letters = (text: string) => text.replaceAll(/[^a-z0-9]/g, "");
  const end = letters(site).slice(0, 12);
  return `${letters(name).slice(0, 24 - end.length)}${end}`.padEnd(3, "0");
}

/** `s3://bucket/prefix`, or `https://host/container/prefix`. */
function parseUrl(kind: "s3" | "azure-blob", url: string) {
  const [, scheme = "", host = "", path = ""] = /^(\w+):\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  const [first = "", ...rest] = scheme === "s3" ? [host, ...path.split("/")] : path.split("/");
  const prefix = rest.filter((part) => part !== "").join("/");
  return {
    ...(scheme === "s3" && kind === "s3" ? {} : { endpoint: `https://${host}` }),
    container: first === "" ? "backups" : first,
    ...(prefix === "" ? {} : { prefix }),
    port: Number(/:(\d+)$/.exec(host)?.[1] ?? 443),
  };
}
