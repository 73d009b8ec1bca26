import type { Problem, Result } from "../../base/index.ts";
import { err, ok } from "../../base/index.ts";
import { assembleFleet } from "./assemble-fleet.ts";
import { checkConsistency } from "./consistency/index.ts";
import type { SourceDocument } from "./document/index.ts";
import { documentLimits, readDocument } from "./document/index.ts";
import type { Fleet } from "./fleet.ts";
import { checkReferences } from "./references.ts";
import { findSecrets } from "./secrets.ts";
import { fleetFile } from "./schema/fleet-file.ts";
import { IssueTranslator } from "./schema/problems-of-issues.ts";

/** A fleet and the document it was read from, which knows the line of every path. */
export interface ParsedFleet {
  readonly fleet: Fleet;
  readonly document: SourceDocument;
}

/** YAML or JSON text -> Fleet, or everything that is wrong with it, in the order of the file. `file` is for messages. */
export function parseFleet(text: string, file: string): Result<Fleet, readonly Problem[]> {
  const parsed = parseFleetDocument(text, file);
  return parsed.ok ? ok(parsed.value.fleet) : parsed;
}

/** As `parseFleet`; for those who later point into the file, as design rules do. */
export function parseFleetDocument(text: string, file: string): Result<ParsedFleet, readonly Problem[]> {
  const read = readDocument(text, file);
  if (!read.ok) return read;
  const document = read.value;

  const translator = new IssueTranslator(document);
  const shape = fleetFile.safeParse(document.data, { error: translator.remember });
  const problems = [
    ...(shape.success ? [] : translator.problems(shape.error.issues)),
    ...checkReferences(document),
    ...findSecrets(document),
  ];
  if (!shape.success || problems.length > 0) return err(inFileOrder(problems));

  const fleet = assembleFleet(shape.data);
  const contradictions = checkConsistency(fleet, document);
  return contradictions.length > 0 ? err(inFileOrder(contradictions)) : ok({ fleet, document });
}

function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems
    .toSorted((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))
    .slice(0, documentLimits.problems);
}
