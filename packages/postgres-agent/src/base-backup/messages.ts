/**
 * What comes inside the CopyData messages of BASE_BACKUP since PostgreSQL 15 (documentation, "Streaming Replication
 * Protocol", BASE_BACKUP): one byte that says what, then its content.
 */
export type BackupMessage =
  /** A tar archive begins; `tablespace` is empty for the data folder itself. */
  | { readonly kind: "archive"; readonly name: string; readonly tablespace: string }
  | { readonly kind: "manifest" }
  /** Of the archive (or manifest) that began last. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** Bytes sent so far, of what the server estimated. */
  | { readonly kind: "progress"; readonly bytes: bigint };

/** Throws on everything that the protocol does not allow: half a database must not pass for a whole one. */
export function parseBackupMessage(message: Uint8Array): BackupMessage {
  const [type] = message;
  switch (type === undefined ? "" : String.fromCharCode(type)) {
    case "n": {
      const [name, afterName] = readString(message, 1);
      const [tablespace, end] = readString(message, afterName);
      if (end !== message.length) throw new Error("base backup: an archive's header is too long");
      return { kind: "archive", name, tablespace };
    }
    case "m":
      return { kind: "manifest" };
    case "d":
      return { kind: "data", bytes: message.subarray(1) };
    case "p": {
      if (message.length !== 9) throw new Error("base backup: a progress report is not 9 bytes long");
      return {
        kind: "progress",
        bytes: new DataView(message.buffer, message.byteOffset, message.length).getBigInt64(1),
      };
    }
    default:
      throw new Error(`base backup: a message of unknown type ${type ?? "(empty)"}`);
  }
}

function readString(message: Uint8Array, from: number): [text: string, next: number] {
  const end = message.indexOf(0, from);
  if (end < 0) throw new Error("base backup: a name does not end");
  return [Buffer.from(message.subarray(from, end)).toString("utf8"), end + 1];
}
