import type { Colors } from "picocolors/types";
import { wrapLine } from "../wrap.ts";
import type { RuleTopic, Topic } from "./topics.ts";

export interface Style {
  readonly colors: Colors;
  readonly columns: number;
}

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
/** Less is no room for a sentence. */
const ROOM = 40;

export function formatTopic(topic: Topic, style: Style): string {
  if (topic.kind === "rule") return formatRule(topic, style);
  const { colors } = style;
  return [
    `${colors.red(colors.bold(`error[${topic.id}]`))} ${topic.meaning}`,
    "",
    ...section("What to do", wrap(topic.remedy, style), style),
  ].join("\n");
}

function formatRule({ id, severity, asks, why, example, requirements }: RuleTopic, style: Style): string {
  const { colors } = style;
  const paint = severity === "error" ? colors.red : severity === "warning" ? colors.yellow : colors.cyan;
  return [
    paint(colors.bold(`${severity}[${id}]`)),
    ...wrap(asks, style),
    "",
    ...section("Why", wrap(why, style), style),
    ...(example === undefined ? [] : section("Breaks it", lines(example.broken), style)),
    ...(example === undefined ? [] : section("Keeps it", lines(example.fixed), style)),
    ...(requirements.length === 0
      ? []
      : section(
          "Pattern",
          requirements.flatMap((one) => wrap(`${one.id}  ${one.text}`, style)),
          style,
        )),
    ...section(
      "Where it must stay for a while",
      lines(`checks:\n  suppress:\n    - { rule: ${id}, reason: why it is accepted, until: 2027-12-31 }`),
      style,
    ),
  ].join("\n");
}

export function formatList(topics: readonly Topic[], { colors, columns }: Style): string {
  const width = Math.max(...topics.map((topic) => topic.id.length));
  const line = (topic: Topic) => {
    const severity = topic.kind === "rule" ? topic.severity : "error";
    return `  ${topic.id.padEnd(width)}  ${severity.padEnd(7)}  ${topic.kind === "rule" ? topic.asks : topic.meaning}`;
  };
  // Under the text where there is room for it.
  const indent = " ".repeat(columns < width + 13 + ROOM ? 6 : width + 13);
  const of = (kind: Topic["kind"]) =>
    topics.filter((topic) => topic.kind === kind).flatMap((topic) => wrapLine(line(topic), columns, indent));
  return [
    colors.bold("Rules: what a design should have"),
    ...of("rule"),
    "",
    colors.bold("Problems: why a command could not do what was asked"),
    ...of("problem"),
    "",
    "More on one of them: holdfast explain RULE",
    "",
  ].join("\n");
}

function section(title: string, content: readonly string[], { colors }: Style): string[] {
  return [colors.bold(title), ...content.map((line) => `  ${line}`), ""];
}

function lines(text: string): string[] {
  return text.split("\n");
}

function wrap(text: string, { columns }: Style): string[] {
  const width = Math.max(40, Math.min(columns, WIDEST) - 2);
  const wrapped: string[] = [];
  for (const word of text.split(" ")) {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) wrapped[wrapped.length - 1] = `${last} ${word}`;
    else wrapped.push(word);
  }
  return wrapped;
}
