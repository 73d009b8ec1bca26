export { aksEngineFamily } from "./files.ts";
export { nodeProxyImage } from "./proxy.ts";
