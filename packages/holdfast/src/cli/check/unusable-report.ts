import { HoldfastError } from "../../base/index.ts";
import type { UnusableFile } from "../../core/check-report/index.ts";
import { diagnosticJson, diagnosticOf } from "../diagnostic.ts";
import { sourceReader } from "../fleet-file.ts";
import { formatDiagnostics } from "../problems.ts";
import type { Format } from "./format.ts";

/**
 * What is to be published of a file that cannot be used: a pipeline reads the report and not stderr, and an empty one, or the one of yesterday,
 * would look as if all were well.
 */
export async function unusableReport(unusable: UnusableFile, format: Format): Promise<string> {
  const diagnostics = unusable.problems.map(diagnosticOf);
  switch (format) {
    case "text": {
      const { default: pc } = await import("picocolors");
      return formatDiagnostics(diagnostics, sourceReader(), pc.createColors(false));
    }
    case "json":
      return `${JSON.stringify({ problems: diagnostics.map(diagnosticJson) }, null, 2)}\n`;
    case "sarif": {
      const { unusableSarif } = await import("../../core/check-report/sarif/index.ts");
      const { uriOf } = await import("./file-uri.ts");
      return unusableSarif(unusable, (file) => uriOf(file, process.cwd()));
    }
    case "junit":
      return (await import("../../core/check-report/junit/index.ts")).unusableJunit(unusable);
    case "html":
      return (await import("../../core/check-report/html/index.ts")).unusableHtml(unusable);
  }
}

/** The problems of the fleet file; undefined where something else went wrong. */
export function problemsOf(error: unknown, file: string): UnusableFile | undefined {
  return error instanceof HoldfastError ? { file, problems: error.problems } : undefined;
}
