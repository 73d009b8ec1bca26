import type { Fleet } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const deliveryStages: DesignRule = {
  id: "delivery-stages",
  severity: "error",
  requirements: ["R80", "R81", "R89", "R92"],
  asks: "Every site is a stage of the delivery, the one with the primary not the first, and a person says yes in between.",
  why: "A change that is wrong should meet the site that matters least, and stop there. A site that is no stage keeps its old version for ever.",
  example: { broken: "stages: [seattle, orlando]", fixed: "stages: [orlando, seattle]" },
  *check(fleet) {
    const { delivery, sites } = fleet;
    if (delivery.kind === "none") return;
    const stages = new Set<string>(delivery.stages);
    const left = sites.filter((site) => !stages.has(site.name)).map((site) => site.name);
    if (left.length > 0) {
      yield {
        path: ["delivery", "stages"],
        message: `nothing is ever deployed to ${left.join(" and ")}: ${left.length === 1 ? "it is no stage" : "they are no stages"}`,
        hint: "Name every site, or leave `stages` out for the order of the file.",
      };
    }
    if (sites.length > 1 && !delivery.approval) {
      yield {
        path: ["delivery", "approval"],
        severity: "advice",
        message: "a wrong change that looks healthy reaches every site without anybody's yes",
        hint: "Use approval: true",
      };
    }
    const [first] = delivery.stages;
    const primary = preferred(fleet);
    if (sites.length > 1 && first !== undefined && first === primary) {
      yield {
        path: ["delivery", "stages"],
        severity: "advice",
        message: `${first} is changed first, and is where writes go: a wrong change meets the primary before anybody saw it`,
        hint: "Begin with another site.",
      };
    }
  },
};

/** Where the first store is written to, as long as all is well. */
function preferred({ stores }: Fleet): string | undefined {
  const [store] = stores;
  if (store === undefined) return undefined;
  if (store.engine === "postgresql") return store.sites[0];
  const data = store.members.filter((member) => member.role === "data");
  const highest = Math.max(...data.map((member) => member.priority));
  const places = new Set(data.filter((member) => member.priority === highest).map((member) => member.site));
  return places.size === 1 ? [...places][0] : undefined;
}
