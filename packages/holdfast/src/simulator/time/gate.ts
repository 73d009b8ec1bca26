/**
 * What a frozen process does not get to do. Messages and timers of a process pass through its gate: while it is shut they wait, and all that
 * waited happens at once, in order, when it opens, as after SIGCONT. A gate of a killed process never opens.
 */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #shut = 0;
  #dead = false;
  /** When it last opened. */
  openedMs = -Infinity;

  get isOpen(): boolean {
    return this.#shut === 0 && !this.#dead;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  pass(happen: () => void): void {
    if (this.#dead) return;
    if (this.#shut === 0) happen();
    else this.#waiting.push(happen);
  }

  /** A site's freeze and a process's pause may overlap: as many openings as shuttings are needed. */
  shut(): void {
    this.#shut += 1;
  }

  open(nowMs: number): void {
    if (this.#shut === 0) return;
    this.#shut -= 1;
    if (this.#shut > 0) return;
    this.openedMs = nowMs;
    for (const happen of this.#waiting.splice(0)) this.pass(happen);
  }

  /** Forgets what waited. */
  drop(): void {
    this.#waiting.length = 0;
  }

  kill(): void {
    this.#dead = true;
    this.drop();
  }
}
