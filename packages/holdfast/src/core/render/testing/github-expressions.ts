import { bundledPackage } from "./bundled-package.ts";

/** What we use of the package, which comes with the parser of workflows. */
interface Expressions {
  readonly Lexer: new (text: string) => { lex(): { readonly tokens: readonly unknown[] } };
  readonly Parser: new (
    tokens: readonly unknown[],
    contexts: readonly string[],
    functions: readonly StatusFunction[],
  ) => { parse(): unknown };
  readonly Evaluator: new (
    parsed: unknown,
    contexts: unknown,
    functions: ReadonlyMap<string, StatusFunction>,
  ) => { evaluate(): { readonly value?: unknown } };
  readonly data: {
    readonly Dictionary: new (...pairs: { readonly key: string; readonly value: unknown }[]) => unknown;
    readonly StringData: new (value: string) => unknown;
    readonly BooleanData: new (value: boolean) => { readonly value?: unknown };
  };
}

interface StatusFunction {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly call: () => unknown;
}

interface Moment {
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether a job before it failed. */
  readonly failed?: boolean;
}

/** GitHub's own evaluator of `${{ }}`, with what it is told of the jobs before. */
export async function githubEvaluator(): Promise<(expression: string, moment: Moment) => unknown> {
  const { Lexer, Parser, Evaluator, data } = await bundledPackage<Expressions>("@actions/expressions");
  return (expression, { inputs, failed = false }) => {
    const inner = /^\$\{\{ (.*) \}\}$/s.exec(expression)?.[1];
    if (inner === undefined) throw new Error(`no expression: ${expression}`);
    const status = (name: string, value: boolean): StatusFunction => ({
      name,
      minArgs: 0,
      maxArgs: 0,
      call: () => new data.BooleanData(value),
    });
    const functions = [status("failure", failed), status("cancelled", false)];
    const pairs = Object.entries(inputs).map(([key, value]) => ({ key, value: new data.StringData(value) }));
    const contexts = new data.Dictionary({ key: "inputs", value: new data.Dictionary(...pairs) });
    const parsed = new Parser(new Lexer(inner).lex().tokens, ["inputs"], functions).parse();
    return new Evaluator(parsed, contexts, new Map(functions.map((each) => [each.name, each]))).evaluate().value;
  };
}
