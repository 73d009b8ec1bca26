import { Option } from "commander";

/** For every command that has something a program could read. */
export function formatOption(): Option {
  return new Option("--format <format>", "how to print").choices(["text", "json"]).default("text");
}
