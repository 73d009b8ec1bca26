import type { Problem } from "../../../base/index.ts";
import type { SourceDocument } from "../document/index.ts";
import { formatPath } from "../document/index.ts";
import type { Fleet } from "../fleet.ts";
import { checkApplication } from "./application.ts";
import { checkSites } from "./sites.ts";
import { checkStores } from "./stores.ts";
import { checkTraffic } from "./traffic.ts";

/** What each part allows and the whole does not. Nothing here is a matter of taste: such a file cannot be carried out. */
export function checkConsistency(fleet: Fleet, document: SourceDocument): Problem[] {
  const found = [...checkSites(fleet), ...checkApplication(fleet), ...checkStores(fleet), ...checkTraffic(fleet)];
  return found.map(({ path, part, message, hint, other }) => ({
    code: "contradiction",
    message,
    ...(hint === undefined ? {} : { hint }),
    at: document.positionOf(path, part),
    path: formatPath(path),
    ...(other === undefined ? {} : { related: [{ message: other.message, at: document.positionOf(other.path) }] }),
  }));
}
