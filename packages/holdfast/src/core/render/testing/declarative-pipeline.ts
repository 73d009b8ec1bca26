/**
 * What Jenkins refuses in a declarative pipeline before it runs one, as far as a text shows it; Jenkins itself has a validator only
 * in a running controller. Distilled from https://www.jenkins.io/doc/book/pipeline/syntax/. It knows what our files use and what
 * that page lists, and no plugins' steps: inside `steps` anything goes.
 */
export function declarativeProblems(text: string): readonly string[] {
  const read = readGroovy(text);
  if (typeof read === "string") return [read];
  const pipelines = read.filter(({ name }) => name === "pipeline");
  const [pipeline] = pipelines;
  if (pipeline?.block === undefined || pipelines.length > 1) return ["there must be one block `pipeline`"];
  const agentless = pipeline.block.some(({ name, rest }) => name === "agent" && rest[0] === "none");
  return check(pipeline, "pipeline", { agentless, path: "pipeline" });
}

interface Statement {
  readonly name: string;
  /** The words and strings between the name and the block or the end, brackets too. */
  readonly rest: readonly string[];
  readonly block?: readonly Statement[];
}

interface Shape {
  readonly allowed: readonly string[];
  readonly required?: readonly string[];
  /** One of them, and one only. */
  readonly oneOf?: readonly string[];
  readonly isRepeated?: boolean;
}

const CONDITIONS =
  "branch buildingTag changelog changeset changeRequest environment equals expression tag not allOf anyOf triggeredBy";
const words = (text: string) => text.split(" ");

const shapes: Readonly<Record<string, Shape>> = {
  pipeline: {
    allowed: words("agent environment libraries options parameters post stages tools triggers"),
    required: ["agent", "stages"],
  },
  stages: { allowed: ["stage"], required: ["stage"], isRepeated: true },
  stage: {
    allowed: words("agent environment failFast input matrix options parallel post stages steps tools when"),
    oneOf: words("steps stages parallel matrix"),
  },
  when: {
    allowed: words(`${CONDITIONS} beforeAgent beforeInput beforeOptions`),
    oneOf: words(CONDITIONS),
  },
  input: { allowed: words("message id ok submitter submitterParameter parameters"), required: ["message"] },
  post: { allowed: words("always changed fixed regression aborted failure success unstable unsuccessful cleanup") },
  parameters: { allowed: words("string text booleanParam choice password"), isRepeated: true },
  "pipeline options": {
    allowed: words(
      "buildDiscarder checkoutToSubdirectory disableConcurrentBuilds disableRestartFromStage disableResume newContainerPerStage overrideIndexTriggers parallelsAlwaysFailFast preserveStashes quietPeriod retry skipDefaultCheckout skipStagesAfterUnstable timeout timestamps",
    ),
  },
  "stage options": { allowed: words("skipDefaultCheckout timeout retry timestamps") },
  agent: { allowed: words("label node docker dockerfile kubernetes") },
};

/** Steps that need no machine. */
const ANYWHERE = new Set(["echo", "error", "milestone"]);

interface Place {
  readonly agentless: boolean;
  readonly path: string;
}

function check({ block = [] }: Statement, shapeName: string, place: Place): readonly string[] {
  const shape = shapes[shapeName];
  if (shape === undefined) return [];
  const names = block.map(({ name }) => name);
  const say = (problem: string) => `${place.path}: ${problem}`;
  const repeated = shape.isRepeated === true ? [] : names.filter((name, index) => names.indexOf(name) !== index);
  const chosen = names.filter((name) => shape.oneOf?.includes(name));
  return [
    ...(block.length === 0 ? [say("is empty")] : []),
    ...names.filter((name) => !shape.allowed.includes(name)).map((name) => say(`may not have ${name}`)),
    ...repeated.map((name) => say(`has ${name} more than once`)),
    ...(shape.required ?? []).filter((name) => !names.includes(name)).map((name) => say(`lacks ${name}`)),
    ...(shape.oneOf !== undefined && chosen.length !== 1 ? [say(`needs one of ${shape.oneOf.join(", ")}`)] : []),
    ...(shapeName === "stages"
      ? twice(block.map(({ rest }) => rest[1] ?? "")).map((name) => say(`has the stage ${name} twice`))
      : []),
    ...block.flatMap((child) => inside(child, shapeName, place, block)),
  ];
}

function inside(child: Statement, parent: string, place: Place, siblings: readonly Statement[]): readonly string[] {
  const { name, rest, block } = child;
  const path = `${place.path} > ${name === "stage" ? (rest[1] ?? "stage without a name") : name}`;
  switch (name) {
    case "agent":
      if (block === undefined)
        return ["none", "any"].includes(rest[0] ?? "") ? [] : [`${path}: is none, any or a block`];
      return check(child, "agent", { ...place, path });
    case "options":
      return check(child, `${parent} options`, { ...place, path });
    case "environment":
      if (parent === "when") return [];
      return (block ?? []).flatMap(({ name: variable, rest: [equals] }) =>
        equals === "=" && /^[A-Za-z_]\w*$/.test(variable) ? [] : [`${path}: ${variable} is no assignment`],
      );
    case "steps": {
      const steps = (block ?? []).map((step) => step.name);
      const hasAgent = !place.agentless || siblings.some((each) => each.name === "agent");
      return [
        ...(steps.length === 0 ? [`${path}: is empty`] : []),
        ...(hasAgent
          ? []
          : steps.filter((step) => !ANYWHERE.has(step)).map((step) => `${path}: ${step} needs an agent`)),
      ];
    }
    case "post":
      return [
        ...check(child, "post", { ...place, path }),
        ...(block ?? []).filter((each) => each.block?.length === 0).map((each) => `${path}: ${each.name} is empty`),
      ];
    case "stage":
      return [
        ...(/^['"]/.test(rest[1] ?? "") ? [] : [`${path}: has no name`]),
        ...check(child, "stage", { ...place, path }),
      ];
    default:
      return check(child, name, { ...place, path });
  }
}

function twice(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\n|[\w.$]+|[^\s\w]/g;
const CLOSES: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Blocks and statements; a text says what does not close. */
function readGroovy(text: string): readonly Statement[] | string {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^(?:\/\/|\/\*)/.test(token));
  const open: string[] = [];
  for (const token of tokens) {
    if (/^['"]$/.test(token)) return "a string does not end on its line";
    if (token in CLOSES) open.push(token);
    if (/^[)\]}]$/.test(token) && CLOSES[open.pop() ?? ""] !== token) return `${token} closes nothing`;
  }
  if (open.length > 0) return `${open.join(" ")} is not closed`;
  return statements(tokens, { at: 0 });
}

function statements(tokens: readonly string[], position: { at: number }): Statement[] {
  const found: Statement[] = [];
  let current: string[] = [];
  let depth = 0;
  const end = (block?: readonly Statement[]) => {
    const [name, ...rest] = current;
    if (name !== undefined) found.push({ name, rest, ...(block === undefined ? {} : { block }) });
    current = [];
  };
  while (position.at < tokens.length) {
    const token = tokens[position.at++] ?? "";
    if (token === "}") break;
    if (token === "{") end(statements(tokens, position));
    else if ((token === "\n" || token === ";") && depth === 0) end();
    else if (token !== "\n") {
      if (token === "(" || token === "[") depth++;
      if (token === ")" || token === "]") depth--;
      current.push(token);
    }
  }
  end();
  return found;
}
