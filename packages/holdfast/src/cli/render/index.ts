import { Option } from "commander";
import { HoldfastError } from "../../base/index.ts";
import { isInScope, renderFamilies, renderFiles } from "../../core/render/index.ts";
import type { RenderScope } from "../../core/render/index.ts";
import { renderedSites } from "../../core/render/kubernetes/index.ts";
import { suggest } from "../../core/spec/index.ts";
import type { Fleet, SiteName } from "../../core/spec/index.ts";
import type { Register } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { loadFleet } from "../fleet-file.ts";
import { formatOption } from "../format-option.ts";
import { OutputFolder, isUpToDate } from "./output-folder.ts";
import type { Changes } from "./output-folder.ts";
import { refuseOverwriting } from "./refuse-overwriting.ts";
import { refuseUnsound } from "./refuse-unsound.ts";
import { report, reportDiff } from "./report.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { writable } from "./writable.ts";

interface Options {
  readonly out?: string;
  readonly diff?: string;
  readonly site?: string;
  readonly only?: readonly string[];
  readonly check?: boolean;
  readonly allowFindings?: boolean;
  readonly force?: boolean;
  readonly format: "text" | "json";
}

export const register: Register = (command, terminal) => {
  command
    // Required, and shown as such; but it may stand among the families, see filesAndFamilies.
    .argument("[file]", "fleet file, YAML or JSON")
    .usage("[options] <file>")
    .option("--out <dir>", "folder to render into; it gets a folder for each family of artifacts")
    .addOption(
      new Option("--diff <dir>", "write nothing; show what rendering would change in this folder").conflicts([
        "out",
        "check",
      ]),
    )
    .option("--site <name>", "only what belongs to this site")
    .option("--only <families...>", `only these families of artifacts: ${familyNames.join(", ")}`)
    .option("--check", "write nothing; exit code 1 when the folder is not what the file says")
    .option("--allow-findings", "render although `holdfast check` finds errors in the design")
    .addOption(
      new Option("--force", "write over files that were edited by hand, or that holdfast did not write").conflicts([
        "check",
        "diff",
      ]),
    )
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nExit code: 0 rendered, or nothing to change; 1 not as the file says, files in it that holdfast did not write included (--check, --diff),\nor nothing was rendered, because the design has errors or work by hand would be lost; 2 could not be done.",
    )
    .action(async (argument: string | undefined, options: Options) => {
      const { file, families } = fileAndFamilies(argument, options.only);
      const parsed = await loadFleet(file);
      const { fleet } = parsed;
      const folder = chosenFolder(options);
      const sites = chosenSites(fleet, file, options.site);
      const scope: RenderScope = {
        families: renderFamilies.filter(({ id }) => families?.includes(id) ?? true),
        sites: new Set(sites),
        fleetFiles: options.site === undefined,
      };
      if (options.allowFindings !== true && refuseUnsound(parsed, options.format, terminal)) return;
      const shown = { ...options, out: folder };
      if (options.diff === undefined) {
        const { changes, refused } = writable(folder, () => render(fleet, scope, shown, terminal));
        if (refused) return;
        if (options.check === true && !isUpToDate(changes)) terminal.exitWith(1);
        report(changes, sites, shown, terminal);
      } else {
        const { diff, changes } = writable(folder, () => compare(fleet, scope, folder));
        if (!isUpToDate(changes)) terminal.exitWith(1);
        reportDiff(diff, changes, shown, terminal);
      }
    });
};

const EXAMPLE = "For example: holdfast render holdfast.yaml --out rendered";

const familyNames = renderFamilies.map(({ id }) => id);

/** `--only kubernetes holdfast.yaml`: an option that takes several words takes the file, too, where the file comes after it. */
function fileAndFamilies(argument: string | undefined, words: readonly string[] | undefined) {
  const odd = words?.filter((word) => !familyNames.includes(word)) ?? [];
  const [file = argument, ...unknown] = argument === undefined ? odd : [argument, ...odd];
  const [family] = unknown;
  if (file !== undefined && family === undefined)
    return { file, families: words?.filter((word) => familyNames.includes(word)) };
  const hint = family === undefined ? EXAMPLE : suggest(family, familyNames, "Families");
  const message =
    family === undefined ? "missing required argument 'file'" : `there is no family "${family}" of artifacts`;
  throw new HoldfastError([{ code: "usage", message, ...(hint !== undefined && { hint }) }]);
}

function chosenFolder({ out, diff }: Options): string {
  const folder = out ?? diff;
  if (folder !== undefined) return folder;
  throw new HoldfastError([
    {
      code: "usage",
      message: "render needs to know where: --out <dir> writes, --diff <dir> shows what would change",
      hint: EXAMPLE,
    },
  ]);
}

interface Comparison {
  readonly changes: Changes;
  readonly diff: string;
}

/** Everything that rendering would do to the folder, as one text in the order of the paths. */
function compare(fleet: Fleet, scope: RenderScope, path: string): Comparison {
  const folder = new OutputFolder(path);
  const diffs = new Map<string, string>();
  for (const files of renderFiles(fleet, scope)) {
    folder.take(files, { stage: false });
    for (const { path, content, executable = false } of files) {
      const diff = unifiedDiff(path, folder.present(path), { content, executable });
      if (diff !== "") diffs.set(path, diff);
    }
  }
  const changes = folder.changes((path) => isInScope(path, scope));
  for (const path of changes.removed) diffs.set(path, unifiedDiff(path, folder.present(path), undefined));
  const sorted = [...diffs].sort(([a], [b]) => (a < b ? -1 : 1));
  return { changes, diff: sorted.map(([, diff]) => diff).join("") };
}

interface Rendered {
  readonly changes: Changes;
  /** Nothing was written, and why has been printed. */
  readonly refused: boolean;
}

function render(
  fleet: Fleet,
  scope: RenderScope,
  options: Options & { readonly out: string },
  terminal: Terminal,
): Rendered {
  const { out, check = false, force = false } = options;
  const folder = new OutputFolder(out, { force });
  const inScope = (path: string): boolean => isInScope(path, scope);
  try {
    if (!check) folder.discard();
    for (const files of renderFiles(fleet, scope)) folder.take(files, { stage: !check });
    const changes = folder.changes(inScope);
    const refused = !check && !force && refuseOverwriting(out, changes, options, terminal);
    if (!check && !refused) folder.commit(changes, inScope);
    return { changes, refused };
  } finally {
    if (!check) folder.discard();
  }
}

function chosenSites(fleet: Fleet, file: string, site: string | undefined): readonly SiteName[] {
  const all = renderedSites(fleet);
  if (site === undefined) return all;
  const chosen = all.filter((name) => name === site);
  if (chosen.length > 0) return chosen;
  const known = all.length > 10 ? `${all.slice(0, 10).join(", ")}, ...` : all.join(", ");
  throw new HoldfastError([
    { code: "unknown-name", message: `${file} has no site "${site}"`, hint: `Its sites are ${known}.` },
  ]);
}
