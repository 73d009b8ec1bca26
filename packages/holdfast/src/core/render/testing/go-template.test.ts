import { describe, expect, it } from "vitest";
import { evaluateTemplate } from "./go-template.ts";

describe("our reading of Go's templates", () => {
  const data = { Values: { name: "web", port: 80, list: [1, 2], map: { "a-b": { c: "d" } } } };

  it.each([
    ["{{ .Values.name }}", "web"],
    ["{{ .Values.name | quote }}", '"web"'],
    ["x: {{ .Values.port }}", "x: 80"],
    ['{{- $x := index .Values.map "a-b" }}\n{{ $x.c }}', "\nd"],
    ['{{ printf "%s:%s" .Values.name .Values.name | quote }}', '"web:web"'],
    ["list: {{- toYaml .Values.list | nindent 2 }}", "list:\n  - 1\n  - 2"],
    ["a {{- .Values.name -}} b", "awebb"],
    ['{{ "{{" }} x }}', "{{ x }}"],
    // What `echo -n '{"c":"d"}' | sha256sum` says.
    ['{{ index .Values.map "a-b" | toJson | sha256sum | trunc 8 }}', "44b601ca"],
  ])("%s is %s", (template, text) => {
    expect(evaluateTemplate(template, data)).toBe(text);
  });

  it.each(["{{ .Values.nothing }}", "{{ tpl .Values.name }}", "{{ $unknown.c }}", "{{ .Values.map }}"])(
    "%s is refused",
    (template) => {
      expect(() => evaluateTemplate(template, data)).toThrow();
    },
  );
});
