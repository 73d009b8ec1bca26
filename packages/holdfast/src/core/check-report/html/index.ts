export { checkHtml } from "./check-html.ts";
export { unusableHtml } from "./unusable-html.ts";
