/** A volume mount as the container sees it and where it really is. */
export interface Relocation {
  readonly mountPath: string;
  readonly path: string;
}

/**
 * Pods share the machine's file system, so a path below a mount is rewritten where a manifest names it: at the start of a word,
 * or after a character that starts a new path (`--config=/etc/app`, `a:/b`, `x,/y`). A path inside a URL stays as it is.
 */
export function relocator(relocations: readonly Relocation[]): (text: string) => string {
  // The longest first: /data/sub is another volume than /data.
  const byLength = [...relocations].sort((a, b) => b.mountPath.length - a.mountPath.length);
  const paths = new Map(byLength.map(({ mountPath, path }) => [trimSlash(mountPath), path]));
  if (paths.size === 0) return (text) => text;
  const pattern = new RegExp(
    `(^|[=:,;\\s"'])(${[...paths.keys()].map(escapePattern).join("|")})(?=$|[/:,;\\s"'])`,
    "g",
  );
  return (text) =>
    text.replace(pattern, (_, before: string, mountPath: string) => before + (paths.get(mountPath) ?? mountPath));
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
