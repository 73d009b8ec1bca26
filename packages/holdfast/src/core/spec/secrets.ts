import type { Problem } from "../../base/index.ts";
import type { Path, SourceDocument } from "./document/index.ts";
import { formatPath } from "./document/index.ts";

/** Shapes of secrets that are recognised wherever they stand. Group 1, where there is one, is what comes before. */
const secretShapes: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a URL with a password",
    pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,256}:)(?!\$\{)[^\s@/]{1,512}(?=@)/gi,
  },
  { what: "a private key", pattern: /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[\s\S]{0,20000}/g },
  { what: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { what: "a GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{40,255})\b/g },
  {
    what: "an Azure application's secret",
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\d?8Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
  },
  { what: "an Azure DevOps token", pattern: /\b[A-Za-z0-9]{75,77}AZDO[A-Za-z0-9]{4}\b/g },
  { what: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { what: "a token of HashiCorp Vault", pattern: /\bhv[sbr]\.[A-Za-z0-9_-]{24,300}/g },
  { what: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: "a Docker Hub token", pattern: /\bdckr_[a-z]{3}_[A-Za-z0-9_-]{20,100}/g },
  { what: "a Stripe key", pattern: /\b[sr]k_live_[A-Za-z0-9]{20,250}/g },
  { what: "a private key of age", pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{50,70}/g },
  { what: "a GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{20,255}/g },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,255}/g },
  { what: "an Azure storage key", pattern: /((?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/=]{20,200}/gi },
  { what: "an Azure shared access signature", pattern: /([?&]sig=)[A-Za-z0-9%+/=]{20,200}/gi },
  {
    what: "a connection string with a password",
    pattern: /(\b(?:password|pwd)\s{0,3}=\s{0,3})(?!\$\{)[^\s;,'"&]{1,512}/gi,
  },
  {
    what: "a JSON Web Token",
    pattern: /\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,4096}/g,
  },
];

/** A variable with such a name holds a secret whatever it looks like. */
const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?|CONNECTION_?STRING)(?:_VALUE)?$/i;

/** The text with everything that looks like a secret replaced, for excerpts and messages. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const { pattern } of secretShapes) {
    masked = masked.replace(pattern, (_match, before: unknown) => `${typeof before === "string" ? before : ""}***`);
  }
  // A line of a file: `DB_PASSWORD: something`, also inside a flow map. `secret` is a key of the format: it holds a name.
  return masked.replace(
    /\b([A-Za-z_][A-Za-z0-9_]{0,100})("?\s{0,10}:\s{1,10})("[^"]*"|'[^']*'|[^\s,}{[\]][^,}\n]*)/g,
    (match, name: string, colon: string) =>
      SECRET_NAME.test(name) && name !== "secret" ? `${name}${colon}***` : match,
  );
}

/**
 * What must never stand in a file that goes to Git: what looks like a secret, in values, keys and comments. The text is
 * looked at as well as the data, because Git keeps comments too.
 */
export function findSecrets(document: SourceDocument): Problem[] {
  const inData = secretsInData(document);
  const lines = new Set(inData.map((problem) => problem.at?.line));
  return [...inData, ...secretsInText(document).filter((problem) => !lines.has(problem.at?.line))];
}

/** Secrets of known shapes outside the values: each line once. */
function secretsInText({ file, text }: SourceDocument): Problem[] {
  const found = new Map<number, Problem>();
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  for (const { what, pattern } of secretShapes) {
    for (const match of text.matchAll(pattern)) {
      const line = lineOf(starts, match.index);
      if (found.has(line)) continue;
      found.set(line, {
        code: "secret-in-plain-text",
        message: `this looks like ${what}`,
        hint: "Remove it here, and replace it where it is used: what was written down once is known.",
        at: {
          file,
          line,
          column: match.index - (starts[line - 1] ?? 0) + 1,
          length: Math.max(1, match[0].split("\n", 1)[0]?.length ?? 1),
        },
      });
    }
  }
  return [...found.values()];
}

/** The line, from 1, that the offset is in: the last that starts at or before it. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function secretsInData(document: SourceDocument): Problem[] {
  const problems: Problem[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === "string") {
      const what = secretIn(value, path);
      if (what !== undefined) problems.push(secretProblem(document, path, what));
    } else if (typeof value === "object" && value !== null) {
      for (const [key, child] of Object.entries(value))
        visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(document.data, []);
  return problems;
}

function secretIn(text: string, path: Path): string | undefined {
  const shape = secretShapes.find(({ pattern }) => text.search(pattern) >= 0);
  if (shape !== undefined) return shape.what;
  const [key, parent] = [path.at(-1), path.at(-2)];
  const named = parent === "configuration" && typeof key === "string" && SECRET_NAME.test(key) && text !== "";
  return named ? "a secret, by its name" : undefined;
}

function secretProblem(document: SourceDocument, path: Path, what: string): Problem {
  return {
    code: "secret-in-plain-text",
    message: `this looks like ${what}`,
    hint: "Put it in a Kubernetes Secret, name it under `secrets`, and replace it: what was written down once is known.",
    at: document.positionOf(path, path.at(-2) === "configuration" ? "key" : "value"),
    path: formatPath(path),
  };
}
