import type { Capability, FaultComponent } from "../../fault-analysis/index.ts";
import type { DesignRule, Severity, Violation } from "../rule.ts";

/**
 * One finding for a component, whatever rests on it. Of a building, the Hub in it and the Hub's parts only the building is named where
 * all are alone: a second one of the others would not help.
 */
export const singlePointOfFailure: DesignRule = {
  id: "single-point-of-failure",
  severity: "error",
  requirements: ["R15", "R18", "R102", "R104"],
  asks: "No single component's loss keeps users from reading and writing, a site from taking over, or a change from being deployed.",
  why: "Whatever exists once decides how long users wait: until it is repaired.",
  example: { broken: "dataCentre: seattle-1", fixed: "dataCentre: portland-1" },
  *check({ sites, links, witness }, { faults }) {
    if (sites.length < 2) return; // several-sites says it.
    const { components, capabilities, writesByHand, recovery } = faults();
    const byHand = new Set(writesByHand);
    // The file promises what a person can keep: then it is known that one is needed.
    const isPromised = recovery.every(({ needs, rto }) => needs !== "operator" || rto.met === true);
    const byId = new Map(components.map((component) => [component.id, component]));
    const toWitness = new Set(
      links.flatMap(({ between }, index) => (between.some((name) => name === witness?.name) ? [`links.${index}`] : [])),
    );
    const stops = new Map<FaultComponent, Capability[]>();
    for (const { capability, cutSets } of capabilities) {
      for (const [id, ...others] of cutSets) {
        const component = byId.get(id ?? "");
        if (component === undefined || others.length > 0) continue;
        if (capability !== "fail-over" || (isBesideSites(component) && !toWitness.has(component.path.join(".")))) {
          stops.set(component, [...(stops.get(component) ?? []), capability]);
        }
      }
    }
    const stoppedBy = (id: string | undefined) => stops.get(byId.get(id ?? "") ?? NO_COMPONENT) ?? [];
    for (const [component, stopped] of stops) {
      const outer = wholesOf(component, byId).flatMap((id) => stoppedBy(id));
      if (stopped.every((capability) => outer.includes(capability))) continue;
      yield violation(component, stopped, byHand.has(component.id) ? { isPromised } : undefined);
    }
  },
};

const NO_COMPONENT = {} as FaultComponent;

/**
 * What a fleet of two needs to fail over is all of its other site, and a witness: that each of them is needed is the design, and no finding; nor is the way to the witness.
 * What lies between the sites or is shared by them is another matter.
 */
function isBesideSites({ kind, site }: FaultComponent): boolean {
  return site === undefined && kind !== "data-centre" && kind !== "cloud-region" && kind !== "hub";
}

function wholesOf({ within }: FaultComponent, byId: ReadonlyMap<string, FaultComponent>): string[] {
  const outer = within === undefined ? undefined : byId.get(within);
  return outer === undefined ? [] : [outer.id, ...wholesOf(outer, byId)];
}

/** Writes go on without the component once an operator has acted. */
interface ByHand {
  readonly isPromised: boolean;
}

function violation(component: FaultComponent, stopped: readonly Capability[], byHand: ByHand | undefined): Violation {
  const until = byHand === undefined ? "" : " until an operator takes the lost members' votes away";
  const words = stopped.map((capability) => `${WORDS[capability]}${capability === "serve-writes" ? until : ""}`);
  return {
    path: component.path,
    severity: severityOf(component, stopped, byHand),
    message: `without ${component.label} ${list(words)}`,
    hint: byHand === undefined ? hintFor(component) : BY_HAND_HINT,
  };
}

function severityOf(
  { kind, distributed }: FaultComponent,
  stopped: readonly Capability[],
  byHand: ByHand | undefined,
): Severity {
  // Its provider has more than one of it, and promises a figure for the whole; a link has no second in a fleet file.
  if (distributed) return "advice";
  if (stopped.includes("serve-reads")) return "error";
  if (stopped.includes("serve-writes")) return byHand?.isPromised === true ? "warning" : "error";
  return stopped.includes("fail-over") && kind !== "link" ? "warning" : "advice";
}

const BY_HAND_HINT =
  "Put members with data at a third site; or promise an `objectives.rto` that leaves a person time, and rehearse the act: see majority-writes.";

const WORDS: Readonly<Record<Capability, string>> = {
  "serve-reads": "users cannot read",
  "serve-writes": "users cannot write",
  "fail-over": "no other site can take over",
  deploy: "nothing can be deployed",
  restore: "nothing can be restored",
};

function hintFor({ kind, distributed, figures }: FaultComponent): string {
  const share = (figures.unavailability * 100).toFixed(3).replace(/\.?0+$/, "");
  if (distributed)
    return `Its provider keeps it at many places; we count on ${share} % of the time without it (${figures.source}).`;
  switch (kind) {
    case "data-centre":
    case "cloud-region":
    case "hub":
    case "site":
      return "Spread sites, witness and the members of each store so that any one place may go.";
    case "link":
    case "vpn-gateway":
      return "A standby is in sync only while data reaches it: watch the link, repair it first, or add a third site with the data.";
    case "registry":
      return "Pods that run need no image. Keep a copy where each site reaches it without this one, or know that nothing moves meanwhile.";
    case "identity-provider":
      return "Who is signed in stays so for a while. Keep credentials for an emergency that do not come from it.";
    case "secrets-store":
    case "pipeline-service":
    case "repository":
    case "agent-pool":
    case "certificate-issuer":
      return "Keep at hand what is needed to do without it once: a copy of the repository, the rendered files, and who may run their scripts by hand (pipelines/<site>/).";
    case "backup-target":
      return "Name a second target.";
    default:
      return "Add a second one, at another site.";
  }
}

/** `a`, `a and b`, `a, b and c` */
function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${String(words.at(-1))}`;
}
