// Who may import whom: one map, read top to bottom. A line names only rooms above it.
const rooms = {
  base: [],
  "dns-wire": ["base"],
  core: ["base"],
  "api-contract": ["base", "core"],
  ports: ["base", "core", "dns-wire"],
  adapters: ["base", "core", "dns-wire", "ports"],
  simulator: ["base", "core", "dns-wire", "ports"],
  controller: ["base", "core", "api-contract", "ports"],
  lab: ["base", "core", "api-contract", "ports", "adapters"],
  cli: ["base", "core", "api-contract", "ports", "adapters", "simulator", "controller", "lab"],
};
const coreRooms = {
  spec: [],
  "azure-stack-hub": ["spec"],
  render: ["spec", "azure-stack-hub"],
  rollout: ["spec", "render"],
  health: ["spec"],
  traffic: ["spec", "health"],
  "data-protection": ["spec"],
  quorum: [],
  failover: ["spec", "health", "data-protection", "quorum"],
  workflows: ["spec", "traffic", "failover", "data-protection"],
  "fault-analysis": ["spec", "azure-stack-hub", "traffic", "failover", "data-protection"],
  "design-rules": ["spec", "azure-stack-hub", "fault-analysis"],
  "change-check": ["spec", "fault-analysis", "design-rules"],
  "check-report": ["spec", "fault-analysis", "design-rules", "change-check"],
};
/** What a room of the product may use from the workspace's other packages. */
const otherPackages = {
  ports: ["packages/postgres-agent/src/contract.ts"],
  simulator: ["packages/pocket-cluster/src/store/index.ts"],
  lab: ["packages/pocket-cluster/src/index.ts"],
};
const pocketRooms = {
  store: [],
  persistence: ["store"],
  objects: ["store"],
  api: ["store", "objects"],
  controllers: ["store", "objects"],
  node: ["store", "objects"],
};

const product = "packages/holdfast/src";
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const anyOf = (paths) => `^(${paths.map(escape).join("|")})`;

function roomRules(root, map, extra = {}) {
  return Object.entries(map).map(([room, allowed]) => ({
    name: `${root.split("/").slice(-2).join("/")}/${room} imports only what its line in the map names`,
    severity: "error",
    from: { path: `^${escape(root)}/${room}/` },
    to: {
      path: "^(packages|apps)/",
      pathNot: anyOf([...[room, ...allowed].map((name) => `${root}/${name}/`), ...(extra[room] ?? [])]),
    },
  }));
}

export default {
  forbidden: [
    ...roomRules(product, rooms, otherPackages),
    ...roomRules(
      `${product}/core`,
      coreRooms,
      Object.fromEntries(Object.keys(coreRooms).map((r) => [r, [`${product}/base/`]])),
    ),
    ...roomRules("packages/pocket-cluster/src", pocketRooms),
    {
      name: "one adapter folder never imports another",
      severity: "error",
      from: { path: `^${escape(product)}/adapters/([^/]+)/` },
      to: { path: `^${escape(product)}/adapters/`, pathNot: `^${escape(product)}/adapters/$1/` },
    },
    {
      name: "pocket-cluster, the agent and the apps import nothing of the product",
      severity: "error",
      from: { path: "^(packages/(pocket-cluster|postgres-agent)|apps)/" },
      to: { path: `^${escape(product)}/` },
    },
    {
      name: "another room is entered through its index.ts",
      severity: "error",
      from: { path: `^${escape(product)}/([^/]+)/`, pathNot: "\\.test\\.ts$|/testing/" },
      to: {
        path: `^${escape(product)}/(base|dns-wire|controller|lab|api-contract|ports)/`,
        pathNot: [`^${escape(product)}/$1/`, "/index\\.ts$"],
      },
    },
    {
      name: "another core room is entered through its index.ts",
      severity: "error",
      from: { path: `^${escape(product)}/(?:core/)?([^/]+)/`, pathNot: "\\.test\\.ts$|/testing/" },
      to: {
        path: `^${escape(product)}/core/`,
        pathNot: [
          `^${escape(product)}/core/$1/`,
          "/index\\.ts$",
          `^${escape(product)}/core/render/kubernetes/index\\.ts$`,
        ],
      },
    },
    {
      name: "pure rooms use no Node built-ins",
      severity: "error",
      from: {
        path: [
          `^${escape(product)}/(base|core|dns-wire|api-contract|ports|controller|simulator)/`,
          "^packages/pocket-cluster/src/(store|objects|controllers)/",
        ],
        pathNot: "\\.test\\.ts$|/testing/",
      },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing imports tests", severity: "error", from: { pathNot: "^tests/" }, to: { path: "^tests/" } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules)/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
