export { canonicalJson } from "./canonical-json.ts";
export { prettyJson } from "./pretty-json.ts";
export { shellQuote } from "./shell.ts";
export { toYaml } from "./yaml.ts";
