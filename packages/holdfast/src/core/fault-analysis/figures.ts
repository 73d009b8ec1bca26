import type { Assumptions, ComponentKind, Figure } from "../spec/index.ts";
import type { ComponentFigures } from "./fault-analysis.ts";

/** Who makes it, where that decides what is known of it. */
export type Make = "azure" | "other";

/** How we came by a default: docs/reference/availability-figures.md lists them all, and a test holds it to this table. */
export interface DefaultFigure {
  readonly kind: ComponentKind;
  /** Absent: whoever makes it. */
  readonly make?: Make;
  readonly availabilityPercent: number;
  readonly mttrMs: number;
  readonly basis: "published" | "assumed";
  readonly source: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SLA = "Microsoft's service level agreement for";
const NOT_A_HUB = "which promises nothing about a Hub";

/**
 * Defaults, so that a first check says something. An agreement is a promise with a penalty and no measurement; an
 * assumption is ours. Whoever has figures of his own puts them into `assumptions.figures`.
 */
export const defaultFigures: readonly DefaultFigure[] = [
  published("data-centre", 99.982, 8 * HOUR, "Uptime Institute's Tier III, as commonly quoted: 1.6 hours a year"),
  assumed("cloud-region", 99.99, 4 * HOUR, "an outage of a whole region every few years"),
  assumed("hub", 99.95, 8 * HOUR, "a Hub as a whole away for 4.4 hours a year"),
  assumed("site", 99.95, 8 * HOUR, "as for a Hub"),
  assumed("witness", 99.9, 8 * HOUR, "a small machine room or one zone of a cloud"),
  assumed("host", 99.95, 15 * MINUTE, "the Hub starts its machines on another host within 15 minutes"),
  published("control-plane-node", 99.9, 15 * MINUTE, `${SLA} one Azure VM with premium disks, ${NOT_A_HUB}`),
  published("worker-node", 99.9, 15 * MINUTE, `${SLA} one Azure VM with premium disks, ${NOT_A_HUB}`),
  published(
    "control-plane",
    99.9,
    HOUR,
    `${SLA} the API server of AKS without zones, which promises nothing about others`,
  ),
  assumed("workers", 99.95, HOUR, "enough of a cluster's workers"),
  published("vpn-gateway", 99.9, HOUR, `${SLA} Azure's basic VPN gateway, ${NOT_A_HUB}`),
  assumed("link", 99.9, 4 * HOUR, "a business line, or a tunnel through the Internet"),
  assumed("database", 99.99, 5 * MINUTE, "a server that Kubernetes starts anew"),
  assumed("ingress", 99.99, 2 * MINUTE, "two pods that Kubernetes starts anew"),
  assumed("dns-server", 99.99, MINUTE, "a pod that Kubernetes starts anew"),
  published("traffic-manager", 99.99, HOUR, `${SLA} Azure Traffic Manager`),
  published("registry", 99.9, 2 * HOUR, `${SLA} Azure Container Registry`, "azure"),
  assumed("registry", 99.5, 4 * HOUR, "one server without a second", "other"),
  published("identity-provider", 99.99, HOUR, `${SLA} Microsoft Entra ID`, "azure"),
  assumed("identity-provider", 99.9, 2 * HOUR, "an AD FS farm of two", "other"),
  assumed("certificate-issuer", 99.9, 4 * HOUR, "no agreement is known of"),
  published("secrets-store", 99.99, HOUR, `${SLA} Azure Key Vault`, "azure"),
  assumed("secrets-store", 99.9, 2 * HOUR, "a cluster of three", "other"),
  published("pipeline-service", 99.9, 2 * HOUR, `${SLA} Azure DevOps Services`, "azure"),
  assumed("pipeline-service", 99.5, 4 * HOUR, "one server without a second", "other"),
  published("repository", 99.9, 2 * HOUR, "GitHub's and Microsoft's service level agreements", "azure"),
  assumed("repository", 99.5, 4 * HOUR, "one server without a second", "other"),
  published("agent-pool", 99.9, 2 * HOUR, `${SLA} Azure DevOps Services`, "azure"),
  assumed("agent-pool", 99.5, 4 * HOUR, "one or two machines of your own", "other"),
  published("backup-target", 99.9, 4 * HOUR, `${SLA} Azure Storage`, "azure"),
  assumed("backup-target", 99.9, 4 * HOUR, "as for Azure Storage", "other"),
];

/** From the fleet file, or the default. */
export function figuresOf(kind: ComponentKind, make: Make, { figures }: Assumptions): ComponentFigures {
  const own = figures[kind];
  const standard = defaultFigures.find((one) => one.kind === kind && (one.make ?? make) === make);
  if (standard === undefined) throw new Error(`no figure for ${kind} of ${make}`);
  const fallback: Figure = { kind: "availability", percent: standard.availabilityPercent, mttrMs: standard.mttrMs };
  const source = own === undefined ? `${standard.basis}: ${standard.source}` : `assumptions.figures.${kind}`;
  return { ...timesOf(own ?? fallback, standard.mttrMs), source };
}

function timesOf(figure: Figure, defaultMttrMs: number): Omit<ComponentFigures, "source"> {
  if (figure.kind === "times") {
    const { mtbfMs, mttrMs } = figure;
    return { mtbfMs, mttrMs, unavailability: mttrMs / (mtbfMs + mttrMs) };
  }
  const { percent, mttrMs = defaultMttrMs } = figure;
  // 100 - 99.9 is not quite 0.1 in binary; nobody means the twelfth digit.
  const unavailability = Number(((100 - percent) / 100).toFixed(12));
  return { mtbfMs: unavailability === 0 ? Infinity : mttrMs / unavailability - mttrMs, mttrMs, unavailability };
}

function published(
  kind: ComponentKind,
  availabilityPercent: number,
  mttrMs: number,
  source: string,
  make?: Make,
): DefaultFigure {
  return { kind, availabilityPercent, mttrMs, basis: "published", source, ...(make && { make }) };
}

function assumed(
  kind: ComponentKind,
  availabilityPercent: number,
  mttrMs: number,
  source: string,
  make?: Make,
): DefaultFigure {
  return { kind, availabilityPercent, mttrMs, basis: "assumed", source, ...(make && { make }) };
}
