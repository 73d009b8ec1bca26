export { assert, unreachable } from "./assert.ts";
export type { Brand } from "./brand.ts";
export { HoldfastError } from "./problem.ts";
export type { Problem, ProblemCode, SourcePosition } from "./problem.ts";
export { problemCodes } from "./problem-codes.ts";
export { err, ok, unwrap } from "./result.ts";
export type { Result } from "./result.ts";
export { elapsedMs, instant } from "./time.ts";
export type { Clock, Instant, Random } from "./time.ts";
