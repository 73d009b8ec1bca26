export { checkHtml } from "./check-html.ts";
