import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

/**
 * Leaves no process behind even when the supervisor is killed with SIGKILL: a shell in a session of its own reads a pipe
 * whose other end only the supervisor holds. When the pipe ends, whatever works below the lab's folder is killed; SIGKILL
 * also ends a frozen (stopped) site, which could not have noticed by itself.
 */
const SCRIPT = `
trap '' INT TERM HUP
while read -r line; do :; done
pass=0
while [ $pass -lt 50 ]; do
  found=0
  for entry in /proc/[0-9]*; do
    case "$(readlink "$entry/cwd" 2>/dev/null)" in
      "$1"|"$1"/*) kill -KILL "\${entry#/proc/}" 2>/dev/null && found=1 ;;
    esac
  done
  [ $found -eq 0 ] && exit 0
  pass=$((pass + 1))
done
`;

/** Guards everything below `folder` (absolute, links resolved) until `dismiss`. */
export function startGuardian(folder: string): { dismiss(): void } {
  const guardian: ChildProcess = spawn("/bin/sh", ["-c", SCRIPT, "holdfast-guardian", folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  guardian.stdin?.on("error", () => undefined);
  guardian.unref();
  return {
    dismiss: () => {
      guardian.kill("SIGKILL");
    },
  };
}
