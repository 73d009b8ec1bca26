/** What every script about secrets begins with. Values are in files in memory, which go with the script, and in no argument. */
export function secretScript(about: string, tools: readonly string[], body: string): string {
  return `#!/usr/bin/env bash
${about
  .split("\n")
  .map((line) => `# ${line}`.trimEnd())
  .join("\n")}
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077

say() { printf '%s\\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need ${["mktemp", ...tools].join(" ")}

work="$(mktemp -d "\${HOLDFAST_WORK_DIR:-\${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

${body}`;
}
