export { attachNetworkScript } from "./attach-network.ts";
export { commonScript } from "./common.ts";
export { deployScript } from "./deploy.ts";
export { installEngineScript } from "./install-engine.ts";
export { getLogsScript, rotateCertsScript } from "./nodes.ts";
export { scaleScript } from "./scale.ts";
export { upgradeOsImageScript, upgradeScript } from "./upgrade.ts";
