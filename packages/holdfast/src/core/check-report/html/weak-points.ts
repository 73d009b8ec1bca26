import { isForUsers } from "../words.ts";
import type { Capability, FaultAnalysis, FaultComponent } from "../../fault-analysis/index.ts";

/**
 * What the loss of a part alone does. `single`: users can no longer read or write. `reserve`: they can, but nothing fails over, is deployed or
 * restored: of two sites, each part of the second is one. `distributed`: one of both, but its maker runs it at many places, and nobody
 * adds a second of those.
 */
export type Weakness = "none" | "distributed" | "reserve" | "single";

export interface SinglePoint {
  readonly component: FaultComponent;
  readonly capabilities: readonly Capability[];
}

/** Every component that is a cut set by itself, with what ends without it. */
export function singlePointsOf({ components, capabilities }: FaultAnalysis): readonly SinglePoint[] {
  return components.flatMap((component) => {
    const ended = capabilities.filter(({ cutSets }) =>
      cutSets.some((set) => set.length === 1 && set[0] === component.id),
    );
    return ended.length === 0 ? [] : [{ component, capabilities: ended.map(({ capability }) => capability) }];
  });
}

/** Looks up what is drawn: by a component's id, or by what it is and where it stands. */
export function weakPointsOf(analysis: FaultAnalysis) {
  const found = singlePointsOf(analysis);
  const points = found.map(({ component }) => component);
  const forUsers = new Set(
    found.filter(({ capabilities }) => capabilities.some(isForUsers)).map(({ component }) => component.id),
  );
  const byId = new Map(analysis.components.map((component) => [component.id, component]));
  const worst = (weak: readonly FaultComponent[]): Weakness => {
    const own = weak.filter(({ distributed }) => !distributed);
    if (own.length === 0) return weak.length > 0 ? "distributed" : "none";
    return own.some(({ id }) => forUsers.has(id)) ? "single" : "reserve";
  };

  /** A building stands around its sites, and is named at them. */
  const around = (site: string): Set<string> => {
    const ids = new Set<string>();
    for (const component of analysis.components) {
      if (component.site !== site) continue;
      for (let id = component.within; id !== undefined && !ids.has(id); id = byId.get(id)?.within) ids.add(id);
    }
    return ids;
  };
  return {
    of: (id: string): Weakness => worst(points.filter((point) => point.id === id)),
    ofKind: (kind: FaultComponent["kind"]): Weakness => worst(points.filter((point) => point.kind === kind)),
    ofSite: (site: string, kinds: readonly FaultComponent["kind"][]): Weakness => {
      const enclosing = around(site);
      return worst(
        points.filter(({ id, kind, site: own }) => kinds.includes(kind) && (own === site || enclosing.has(id))),
      );
    },
    ofLink: (from: string, to: string): Weakness =>
      worst(
        points.filter(({ kind, id }) => kind === "link" && [`link/${from}/${to}`, `link/${to}/${from}`].includes(id)),
      ),
  };
}
