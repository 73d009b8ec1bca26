export const formats = ["text", "json", "sarif", "junit", "html"] as const;

export type Format = (typeof formats)[number];
