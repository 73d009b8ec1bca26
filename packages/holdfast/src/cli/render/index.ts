import { Option } from "commander";
import { HoldfastError } from "../../base/index.ts";
import { isInScope, renderFamilies, renderFiles } from "../../core/render/index.ts";
import type { RenderScope } from "../../core/render/index.ts";
import { renderedSites } from "../../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../../core/spec/index.ts";
import type { Register } from "../command.ts";
import { loadFleet } from "../fleet-file.ts";
import { formatOption } from "../format-option.ts";
import type { Terminal } from "../terminal.ts";
import { OutputFolder } from "./output-folder.ts";
import type { Changes } from "./output-folder.ts";

interface Options {
  readonly out: string;
  readonly site?: string;
  readonly only?: readonly string[];
  readonly check?: boolean;
  readonly format: "text" | "json";
}

export const register: Register = (command, terminal) => {
  command
    .argument("<file>", "fleet file, YAML or JSON")
    .requiredOption("--out <dir>", "folder to render into; it gets a folder for each family of artifacts")
    .option("--site <name>", "only what belongs to this site")
    .addOption(
      new Option("--only <families...>", "only these families of artifacts").choices(
        renderFamilies.map(({ id }) => id),
      ),
    )
    .option("--check", "write nothing; exit code 1 when the folder is not what the file says")
    .addOption(formatOption())
    .action(async (file: string, options: Options) => {
      const { fleet } = await loadFleet(file);
      const sites = chosenSites(fleet, file, options.site);
      const scope: RenderScope = {
        families: renderFamilies.filter(({ id }) => options.only?.includes(id) ?? true),
        sites: new Set(sites),
        fleetFiles: options.site === undefined,
      };
      const changes = writable(options.out, () => render(fleet, scope, options));
      if (options.check === true && !isUpToDate(changes)) terminal.exitWith(1);
      report(changes, sites, options, terminal);
    });
};

function render(fleet: Fleet, scope: RenderScope, { out, check = false }: Options): Changes {
  const folder = new OutputFolder(out);
  const inScope = (path: string): boolean => isInScope(path, scope);
  try {
    if (!check) folder.discard();
    for (const files of renderFiles(fleet, scope)) folder.take(files, { stage: !check });
    const changes = folder.changes(inScope);
    if (!check) folder.commit(changes, inScope);
    return changes;
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
    { code: "unknown-name", message: `${file} has no site "${site}"`, hint: `its sites are ${known}` },
  ]);
}

/** Says in our own words what the file system has against it. */
function writable<T>(out: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (error instanceof HoldfastError || code === undefined) throw error;
    const reason = reasons[code] ?? code;
    throw new HoldfastError(
      [
        {
          code: "output-unwritable",
          message: `cannot render into ${out}: ${path ?? out}: ${reason}`,
          hint: "name another folder with --out, or correct its permissions",
        },
      ],
      { cause: error },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "writing is not permitted",
  EPERM: "writing is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is not a folder",
  EISDIR: "it is a folder",
};

function isUpToDate({ added, changed, removed }: Changes): boolean {
  return added.length + changed.length + removed.length === 0;
}

const LISTED_MAX = 50;

function report(changes: Changes, sites: readonly SiteName[], options: Options, terminal: Terminal): void {
  const { added, changed, removed, unchanged } = changes;
  if (options.format === "json") {
    const result = {
      out: options.out,
      check: options.check === true,
      upToDate: isUpToDate(changes),
      sites,
      ...changes,
    };
    terminal.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const { green, yellow, red } = terminal.outColors;
  const lines = [
    ...added.map((path) => green(`+ ${path}`)),
    ...changed.map((path) => yellow(`~ ${path}`)),
    ...removed.map((path) => red(`- ${path}`)),
  ];
  const listed = lines.slice(0, LISTED_MAX).map((line) => `  ${line}\n`);
  const more = lines.length > LISTED_MAX ? `  and ${lines.length - LISTED_MAX} more\n` : "";
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged`;
  const verb = options.check === true ? (isUpToDate(changes) ? "up to date" : "not up to date") : "rendered";
  terminal.out(`${listed.join("")}${more}${options.out}: ${verb}; ${counts}\n`);
}
