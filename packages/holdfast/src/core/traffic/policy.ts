import { unreachable } from "../../base/index.ts";
import type { ControlledMember, SiteName, Traffic, TrafficPolicy } from "../spec/index.ts";
import type { Verdict } from "../health/index.ts";

/** One of the answers a query may get: its sites, best first. It is given in `weight` out of the sum of all weights. */
export interface Alternative {
  readonly weight: number;
  readonly sites: readonly SiteName[];
}

type Settings = Pick<Traffic, "policy" | "whenAllDown">;

/** What policies that look at the client are answered with until they do: any of the living, at most this many. */
const ANSWERS_MAX = 8;

/**
 * Policy and verdicts to answers; none means that the name exists and has no address now. Sites known to be up are
 * preferred over sites not judged yet, and these over nothing: a controller that has just started may not know better.
 * A site whose data is out of step comes after all those whose is not: behind a cut link it can do no write, and reads what is old.
 * When every site is down `whenAllDown` decides: `answer-all` names all of them, best first, because a wrong verdict on
 * everything is more likely than the loss of everything.
 */
export function chooseAnswers(
  { policy, whenAllDown }: Settings,
  sites: readonly ControlledMember[],
  verdictOn: (site: SiteName) => Verdict,
  isInStep: (site: SiteName) => boolean = () => true,
): readonly Alternative[] {
  // A site without an ingress address cannot be answered.
  const reachable = sites.filter((site) => site.addresses.ingress !== undefined).map((site) => site.name);
  const candidates = participants(policy).filter((site) => reachable.includes(site));
  const thatAre = (verdict: Verdict) => candidates.filter((site) => verdictOn(site) === verdict);
  const [up, unjudged] = [thatAre("up"), thatAre("unknown")];
  const living = [up.filter(isInStep), unjudged.filter(isInStep), up, unjudged].find((sites) => sites.length > 0);
  if (living) return among(policy, living);
  return whenAllDown === "answer-all" && candidates.length > 0 ? [{ weight: 1, sites: candidates }] : [];
}

/** Every site that the policy may ever answer with, in order of preference where it has one. */
function participants(policy: TrafficPolicy): readonly SiteName[] {
  switch (policy.kind) {
    case "priority":
      return policy.order;
    case "weighted":
      return (Object.keys(policy.weights) as SiteName[]).filter((site) => weightOf(policy.weights, site) > 0);
    case "multi-value":
    case "performance":
      return policy.sites;
    case "geographic":
      return unique([...(Object.keys(policy.regions) as SiteName[]), policy.world]);
    case "subnet":
      return unique([...(Object.keys(policy.subnets) as SiteName[]), ...(policy.fallback ? [policy.fallback] : [])]);
    case "nested":
      return unique(policy.children.flatMap((child) => participants(child.policy)));
    default:
      return unreachable(policy);
  }
}

/** `living` is not empty. */
function among(policy: TrafficPolicy, living: readonly SiteName[]): readonly Alternative[] {
  switch (policy.kind) {
    case "priority":
      return [{ weight: 1, sites: living.slice(0, 1) }];
    case "weighted":
      return living.map((site) => ({ weight: weightOf(policy.weights, site), sites: [site] }));
    case "multi-value":
      return rotations(living, policy.maxAnswers);
    case "nested":
      return amongChildren(policy, living);
    case "performance":
    case "geographic":
    case "subnet":
      // These need the client's place, which the name server does not look at yet: any of the living is right, if not best.
      return rotations(living, ANSWERS_MAX);
    default:
      return unreachable(policy);
  }
}

/** A child with fewer living sites than it needs is passed over, unless every child has too few. */
function amongChildren(
  { by, children }: Extract<TrafficPolicy, { kind: "nested" }>,
  living: readonly SiteName[],
): readonly Alternative[] {
  const withLiving = children.map((child) => {
    const own = participants(child.policy).filter((site) => living.includes(site));
    return { child, own };
  });
  const usable = withLiving.filter(({ own }) => own.length > 0);
  const healthy = usable.filter(({ child, own }) => own.length >= child.minHealthy);
  const chosen = healthy.length > 0 ? healthy : usable;
  if (by === "priority") return chosen.slice(0, 1).flatMap(({ child, own }) => among(child.policy, own));
  if (by !== "weighted") return rotations(unique(chosen.flatMap(({ own }) => own)), ANSWERS_MAX);
  return chosen.flatMap(({ child, own }) => {
    const inner = among(child.policy, own);
    const sum = inner.reduce((total, { weight }) => total + weight, 0);
    return inner.map(({ weight, sites }) => ({ weight: (child.weight * weight) / sum, sites }));
  });
}

/** Each site comes first equally often, so that clients which take the first address spread, too. */
function rotations(sites: readonly SiteName[], answersMax: number): readonly Alternative[] {
  return sites.map((_, first) => ({
    weight: 1,
    sites: [...sites.slice(first), ...sites.slice(0, first)].slice(0, answersMax),
  }));
}

function weightOf(weights: Readonly<Record<string, number>>, site: SiteName): number {
  return weights[site] ?? 0;
}

function unique(sites: readonly SiteName[]): readonly SiteName[] {
  return [...new Set(sites)];
}
