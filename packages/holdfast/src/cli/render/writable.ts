import { HoldfastError } from "../../base/index.ts";

/** Says in our own words what the file system has against it. */
export function writable<T>(out: string, act: () => T): T {
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
          hint: "Name another folder with --out, or correct its permissions.",
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
