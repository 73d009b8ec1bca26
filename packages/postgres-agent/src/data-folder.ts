import { existsSync, renameSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { AgentConfig } from "./config.ts";
import { chownTree, syncFolder, writeDurably } from "./files.ts";
import type { RunAs } from "./run-as.ts";
import {
  FILES,
  renderAccess,
  renderPasswordFile,
  renderSettings,
  settingsRevision,
  type ServerSettings,
} from "./settings.ts";

/**
 * The folder tree of one server:
 *   data/        what the server runs on          data.new/    being made; worth nothing
 *   data.ready/  made, about to become data/      data.old/    what was there before; worth nothing any more
 * Each step from one to the next is a rename, so that after a crash the names tell what was reached.
 */
export class DataFolder {
  readonly path: string;
  readonly #config: AgentConfig;
  readonly #runAs: RunAs;
  #written = "";

  constructor(config: AgentConfig, runAs: RunAs) {
    this.path = join(config.dataFolder, "data");
    this.#config = config;
    this.#runAs = runAs;
  }

  get hasData(): boolean {
    return existsSync(join(this.path, "PG_VERSION"));
  }

  /** Where a new database is made, before `adopt` puts it into its place. */
  get making(): string {
    return `${this.path}.new`;
  }

  /** Finishes or clears what an agent that was killed had begun, and hands the data to the user that the server runs as. */
  async repair(): Promise<void> {
    if (existsSync(`${this.path}.ready`)) await this.#swap();
    await rm(this.making, { recursive: true, force: true });
    if (!existsSync(this.path)) return;
    await rm(`${this.path}.old`, { recursive: true, force: true });
    const uid = this.#runAs.owner?.uid ?? process.getuid?.();
    if (uid !== undefined && statSync(this.path).uid !== uid)
      await chownTree(this.path, this.#runAs.owner ?? { uid, gid: process.getgid?.() ?? uid });
  }

  /** Puts the new database, which is whole, into the place of the old one, which goes. */
  async adopt(): Promise<void> {
    renameSync(this.making, `${this.path}.ready`);
    await this.#swap();
  }

  async #swap(): Promise<void> {
    await rm(`${this.path}.old`, { recursive: true, force: true });
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.old`);
    renameSync(`${this.path}.ready`, this.path);
    syncFolder(this.#config.dataFolder);
    await rm(`${this.path}.old`, { recursive: true, force: true });
  }

  /** Makes that the server, when it starts, does so in recovery: read-only. */
  markForRecovery(folder = this.path): void {
    writeDurably(join(folder, "standby.signal"), "", this.#runAs.owner);
  }

  /**
   * Does a server that reports this revision have these settings in effect, and will it keep them? They must stand in the
   * file, too: else others were written that it is about to read.
   */
  inEffect(settings: ServerSettings, reported: string): boolean {
    const wanted = settingsRevision(this.#render(settings));
    return reported === wanted && this.#written === wanted;
  }

  /** Writes every file that is the agent's. Without an upstream there is no password either, so nothing can connect to one. */
  async writeSettings(settings: ServerSettings): Promise<void> {
    const write = (name: string, text: string): void => writeDurably(join(this.path, name), text, this.#runAs.owner);
    const passwordFile = join(this.path, FILES.replicationPassword);
    if (settings.following.kind === "nobody") await rm(passwordFile, { force: true });
    else write(FILES.replicationPassword, renderPasswordFile(this.#config.passwords.replication));
    write(FILES.access, renderAccess(this.#config));
    write(FILES.names, "");
    // What ALTER SYSTEM once wrote, here or where this was cloned from, would stand above our settings.
    write("postgresql.auto.conf", "");
    const text = this.#render(settings);
    write(FILES.settings, text);
    this.#written = settingsRevision(text);
  }

  #render(settings: ServerSettings): string {
    return renderSettings(this.#config, this.#runAs.binaries.major, this.path, settings);
  }
}
