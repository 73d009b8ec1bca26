const CONDITION = /^\$\{\{ if (.*) \}\}$/;
type Parameters = Readonly<Record<string, string>>;

/** What Azure Pipelines makes of the template expressions before it looks at a pipeline: as far as ours use them. */
export function compiled<T>(pipeline: T, parameters: Parameters): T {
  return expanded(pipeline, parameters) as T;
}

function expanded(value: unknown, parameters: Parameters): unknown {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => items(item, parameters));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: [string, unknown]): (readonly [string, unknown])[] => {
      const condition = CONDITION.exec(key)?.[1];
      if (condition === undefined) return [[key, expanded(member, parameters)]];
      return holds(condition, parameters) ? Object.entries(expanded(member, parameters) as object) : [];
    }),
  );
}

/** An item of a list may be a condition with the items that it stands for. */
function items(item: unknown, parameters: Parameters): readonly unknown[] {
  const [key = "", listed]: readonly unknown[] =
    typeof item === "object" && item !== null ? (Object.entries(item)[0] ?? []) : [];
  const condition = CONDITION.exec(String(key))?.[1];
  if (condition === undefined) return [expanded(item, parameters)];
  return holds(condition, parameters) ? (expanded(listed, parameters) as unknown[]) : [];
}

/** https://learn.microsoft.com/azure/devops/pipelines/process/expressions: a function that is not here fails the test. */
const functions: Readonly<Record<string, (...values: never[]) => boolean>> = {
  and: (...all: boolean[]) => all.every(Boolean),
  or: (...all: boolean[]) => all.some(Boolean),
  eq: (a: string, b: string) => a === b,
  ne: (a: string, b: string) => a !== b,
  in: (value: string, ...list: string[]) => list.includes(value),
  notIn: (value: string, ...list: string[]) => !list.includes(value),
};

function holds(expression: string, parameters: Parameters): boolean {
  const code = expression
    .replaceAll(/parameters\.(\w+)/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`no parameter ${name} is given`);
      return JSON.stringify(value);
    })
    .replaceAll("'", '"')
    .replaceAll(/\b(\w+)\(/g, 'functions["$1"](');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function("functions", `return ${code}`) as (known: typeof functions) => boolean;
  return evaluate(functions);
}
