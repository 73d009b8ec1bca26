import { performance } from "node:perf_hooks";
import { LATE, withDeadline } from "./repository/deadline.ts";
import type { RatingsRepository } from "./repository/contract.ts";

export type Health = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Whether this instance can serve reads. Several observers ask four times a second each, so they share one look at the database
 * for `freshMs`, and no answer takes longer than `budgetMs`.
 */
export class HealthCheck {
  readonly #repository: Pick<RatingsRepository, "checkReads">;
  readonly #budgetMs: number;
  readonly #freshMs: number;
  readonly #onChange: (health: Health) => void;
  #look: { readonly at: number; readonly health: Promise<Health>; done: boolean } | undefined;
  #wasOk: boolean | undefined;

  constructor(
    repository: Pick<RatingsRepository, "checkReads">,
    options: {
      readonly budgetMs?: number;
      readonly freshMs?: number;
      readonly onChange?: (health: Health) => void;
    } = {},
  ) {
    this.#repository = repository;
    this.#budgetMs = options.budgetMs ?? 300;
    this.#freshMs = options.freshMs ?? 100;
    this.#onChange = options.onChange ?? (() => undefined);
  }

  async check(): Promise<Health> {
    const now = performance.now();
    // A look under way is shared however long it takes; its age counts from its beginning, so a slow one is not fresh for longer.
    if (this.#look === undefined || (this.#look.done && now - this.#look.at >= this.#freshMs)) {
      const look = { at: now, health: this.#ask(), done: false };
      this.#look = look;
      void look.health.then((health) => {
        look.done = true;
        if (health.ok !== this.#wasOk) this.#onChange(health);
        this.#wasOk = health.ok;
      });
    }
    return this.#look.health;
  }

  async #ask(): Promise<Health> {
    try {
      const answer = await withDeadline(this.#repository.checkReads(this.#budgetMs), this.#budgetMs);
      return answer === LATE
        ? { ok: false, reason: `the database did not answer within ${this.#budgetMs} ms` }
        : { ok: true };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : "unknown" };
    }
  }
}
