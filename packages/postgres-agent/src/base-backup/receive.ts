import type { Client, Connection } from "pg";
import { extract, type Extract } from "tar-stream";
import { parseBackupMessage } from "./messages.ts";
import { unpack } from "./unpack.ts";

export interface Progress {
  readonly receivedBytes: number;
  /** The server's own estimate. */
  readonly totalBytes?: number;
}

/**
 * Copies the database of the server that `client` (a replication connection) is connected to into an empty folder.
 * With the WAL of the time that it took, so that the copy can be started, and judged, without the one that it came from.
 */
export async function receiveBaseBackup(
  client: Client,
  folder: string,
  report: (progress: Progress) => void,
): Promise<void> {
  const archive = extract();
  const receiving = new BaseBackupQuery(archive, report);
  client.query(receiving);
  // Whichever fails first ends the other: a broken archive the transfer, a broken transfer the archive.
  await Promise.all([
    receiving.done,
    unpack(archive, folder).catch((error: unknown) => {
      receiving.handleError(error as Error);
      throw error;
    }),
  ]);
}

interface Row {
  readonly fields: readonly (string | null)[];
}

/** A query as `pg` runs it, which pg's own cannot: its rows are interleaved with a copy that is not kept in memory. */
class BaseBackupQuery {
  readonly done: Promise<void>;
  readonly #archive: Extract;
  readonly #report: (progress: Progress) => void;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #archives = 0;
  #results = 0;
  #receivedBytes = 0;
  #totalBytes: number | undefined;
  #inManifest = false;

  constructor(archive: Extract, report: (progress: Progress) => void) {
    this.#archive = archive;
    this.#report = report;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query("BASE_BACKUP (LABEL 'holdfast', CHECKPOINT 'fast', WAL true, MANIFEST 'no', PROGRESS true)");
  }

  handleRowDescription(): void {
    this.#results += 1;
  }

  /** Result 1: where the backup starts. Result 2: (tablespace, its path, its size in kB). Result 3: where it ends. */
  handleDataRow({ fields }: Row): void {
    const size = Number(fields[2]);
    if (this.#results === 2 && Number.isFinite(size)) this.#totalBytes = (this.#totalBytes ?? 0) + size * 1024;
  }

  handleCopyData({ chunk }: { chunk: Buffer }, connection: Connection): void {
    try {
      this.#take(chunk, connection);
    } catch (error) {
      this.handleError(error as Error);
      connection.stream.destroy(error as Error);
    }
  }

  #take(chunk: Buffer, connection: Connection): void {
    const message = parseBackupMessage(chunk);
    if (message.kind === "archive") {
      this.#archives += 1;
      if (this.#archives > 1 || message.tablespace !== "")
        throw new Error("base backup: tablespaces are not supported");
    } else if (message.kind === "manifest") {
      this.#inManifest = true;
    } else if (message.kind === "data" && !this.#inManifest) {
      this.#receivedBytes += message.bytes.length;
      this.#report({
        receivedBytes: this.#receivedBytes,
        ...(this.#totalBytes === undefined ? {} : { totalBytes: this.#totalBytes }),
      });
      // The client's buffer is used again for what comes next, so this is a copy.
      if (!this.#archive.write(Buffer.from(message.bytes))) {
        // What was received already still comes: one listener is enough for all of it.
        if (connection.stream.isPaused()) return;
        connection.stream.pause();
        this.#archive.once("drain", () => connection.stream.resume());
      }
    }
  }

  handleCommandComplete(): void {
    // Tells nothing: the end is told by handleReadyForQuery, after the last result.
  }

  handleReadyForQuery(): void {
    if (this.#archives !== 1 || this.#results !== 3) {
      this.handleError(new Error("base backup: the server ended it early"));
      return;
    }
    this.#archive.end(undefined);
    this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
    this.#archive.destroy(error);
  }
}
