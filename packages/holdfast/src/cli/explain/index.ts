import { HoldfastError } from "../../base/index.ts";
import { suggest } from "../../core/spec/index.ts";
import type { Register } from "../command.ts";
import { formatOption } from "../format-option.ts";
import { topics } from "./topics.ts";
import { formatList, formatTopic } from "./format.ts";

export const register: Register = (command, terminal) => {
  command
    .argument("[rule]", "id of a rule, or code of a problem, as `holdfast check` prints it in brackets")
    .addOption(formatOption())
    .addHelpText("after", "\nWithout a rule: every rule and code with one line each.")
    .action((name: string | undefined, options: { format: "text" | "json" }) => {
      const { outColors: colors, columns } = terminal;
      if (name === undefined) {
        const text = options.format === "json" ? json(topics) : formatList(topics, { colors, columns });
        terminal.out(text);
        return;
      }
      const topic = topics.find((one) => one.id === name);
      if (topic === undefined) throw unknown(name);
      terminal.out(options.format === "json" ? json(topic) : formatTopic(topic, { colors, columns }));
    });
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function unknown(name: string): HoldfastError {
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  const ids = topics.map((topic) => topic.id);
  return new HoldfastError([
    {
      code: "usage",
      message: `there is no rule or problem "${shown}"`,
      hint: suggest(name.slice(0, 100), ids, "Rules") ?? "`holdfast explain` lists all.",
    },
  ]);
}
