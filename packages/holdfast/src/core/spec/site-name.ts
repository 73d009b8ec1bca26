import type { Brand } from "../../base/index.ts";

/** A DNS label (RFC 1123): it stands in names that we serve and in names of Kubernetes objects. */
export type SiteName = Brand<string, "SiteName">;
