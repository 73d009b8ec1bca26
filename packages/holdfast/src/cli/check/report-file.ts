import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { HoldfastError } from "../../base/index.ts";

/** `--out holdfast.yaml` is a slip of the hand that would cost the file. */
export function refuseOverwriting(out: string, inputs: readonly string[]): void {
  const target = existsSync(out) ? realpathSync(out) : undefined;
  const hit = inputs.find((input) => target !== undefined && existsSync(input) && realpathSync(input) === target);
  if (hit === undefined) return;
  throw new HoldfastError([
    { code: "usage", message: `--out ${out} would overwrite the fleet file ${hit}`, hint: "Name another file." },
  ]);
}

export function writeReport(out: string, text: string): void {
  try {
    writeFileSync(out, text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "it could not be written";
    throw new HoldfastError(
      [
        {
          code: "file-unwritable",
          message: `cannot write ${out}: ${reasons[code] ?? code}`,
          hint: "Check the path and the permissions.",
        },
      ],
      { cause: error },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EACCES: "writing is not permitted",
  EPERM: "writing is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
};
