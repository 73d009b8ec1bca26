import tseslint from "typescript-eslint";

/** Rooms where a decision must be a pure function: no clock, no randomness, no process, no network. */
const pureRooms = [
  "packages/holdfast/src/{base,core,dns-wire,api-contract,ports,controller,simulator}/**/*.ts",
  "packages/pocket-cluster/src/{store,objects,controllers}/**/*.ts",
];
const impureGlobals = ["process", "fetch", "setTimeout", "setInterval", "setImmediate"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/testdata/**", "**/*.mjs", "**/*.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Named exports only: the name is how a reader finds the thing.",
        },
      ],
    },
  },
  {
    files: pureRooms,
    ignores: ["**/*.test.ts", "**/testing/**"],
    rules: {
      "no-restricted-globals": ["error", ...impureGlobals],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take `now` as an argument or a Clock." },
        { object: "Math", property: "random", message: "Take a Random." },
      ],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*"], message: "Pure rooms use no Node built-ins." }] },
      ],
    },
  },
  {
    files: ["**/*.test.ts", "tests/**/*.ts", "scripts/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  { files: ["*.config.ts", "vitest.config.ts"], rules: { "no-restricted-syntax": "off" } },
);
