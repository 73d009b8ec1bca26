/** What every script of a stage begins with. It runs the same from a pipeline and from a person's shell. */
export function stageScript(about: string, tools: readonly string[], body: string, folder = "../.."): string {
  return `#!/usr/bin/env bash
${about
  .split("\n")
  .map((line) => `# ${line}`.trimEnd())
  .join("\n")}
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077
${body.includes("$root") ? `root="$(cd "$(dirname "\${BASH_SOURCE[0]}")/${folder}" && pwd)"\n` : ""}
say() { printf '%s\\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need ${tools.join(" ")}
${body.includes("\ngiven ") || body.startsWith("given ") ? GIVEN : ""}
${body}`;
}

/** Azure Pipelines leaves a variable that is not set as it is written. */
const GIVEN = `given() { # given NAME...: variables of whoever calls
  local name
  for name in "$@"; do
    case "\${!name:-}" in "" | \\$\\(*) refuse "set $name" ;; esac
  done
}
`;

/** A folder in memory that goes with the script. */
export const WORK_FOLDER = `work="$(mktemp -d "\${HOLDFAST_WORK_DIR:-\${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
`;

/** The cluster's login comes as text in the environment, and nothing but kubectl and helm gets to know it. */
export function useKubeconfig(variable: string): string {
  return `[ -n "\${${variable}:-}" ] || refuse "set ${variable} to the kubeconfig (its text, not a path)"
printf '%s\\n' "$${variable}" > "$work/kubeconfig"
unset ${variable}
export KUBECONFIG="$work/kubeconfig"
`;
}
