import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A file as a URI: relative to `folder` where it lies below it, as a pipeline runs `check` at the root of the repository, and whoever reads
 * the report has the repository elsewhere.
 */
export function uriOf(file: string, folder: string): string {
  const path = relative(folder, resolve(folder, file));
  if (path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path))
    return pathToFileURL(resolve(folder, file)).href;
  // A colon in the first part would read as a scheme; encodeURIComponent takes care of that, too.
  return path.split(sep).map(encodeURIComponent).join("/");
}
