export { isInScope, renderFamilies, renderFiles } from "./registry.ts";
export type { RenderScope } from "./registry.ts";
export type { RenderFamily, RenderedFile, RenderedGroup } from "./rendered-file.ts";
