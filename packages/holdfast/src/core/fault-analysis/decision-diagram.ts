/** A function that a diagram holds: the index of its topmost node. */
export type Node = number;

export const FALSE: Node = 0;
export const TRUE: Node = 1;

/** Thrown inwards when a diagram outgrows its limit; whoever asked for it says that it cannot tell. */
export class DiagramTooLarge extends Error {}

const BELOW_ALL = 0x7fffffff;
const AND = 0;
const OR = 1;

/**
 * A reduced ordered binary decision diagram: every function of the variables, once. A node asks for one variable and
 * goes on to `low` where it is false and to `high` where it is true; along every path variables rise. No two nodes are
 * alike and none has twins below it, so equal functions are the same node, and every question about one costs a walk over its
 * nodes. Children are made before their parents, so the order of the indices is an order from the bottom up.
 */
export class DecisionDiagram {
  readonly #nodeLimit: number;
  #variables = new Int32Array(1 << 10);
  #lows = new Int32Array(1 << 10);
  #highs = new Int32Array(1 << 10);
  #size = 2;
  /** Open addressing; 0 is free, as no node of a variable has the index of a constant. */
  #unique = new Int32Array(1 << 11);
  /** Results of operations, the newest of those that fall into one place: forgetting costs time, never truth. */
  #cacheKeys = new Float64Array(1 << 12).fill(-1);
  #cacheResults = new Int32Array(1 << 12);

  constructor(nodeLimit: number) {
    this.#nodeLimit = nodeLimit;
    this.#variables[FALSE] = BELOW_ALL;
    this.#variables[TRUE] = BELOW_ALL;
  }

  get size(): number {
    return this.#size;
  }

  variable(variable: number): Node {
    return this.node(variable, FALSE, TRUE);
  }

  /** `variable` comes before those of `low` and `high`. */
  node(variable: number, low: Node, high: Node): Node {
    if (low === high) return low;
    const mask = this.#unique.length - 1;
    let place = mix(variable, low, high) & mask;
    for (;;) {
      const found = this.#unique[place] ?? 0;
      if (found === 0) break;
      if (this.#variables[found] === variable && this.#lows[found] === low && this.#highs[found] === high) return found;
      place = (place + 1) & mask;
    }
    return this.#add(place, variable, low, high);
  }

  and(a: Node, b: Node): Node {
    return this.#apply(AND, a, b);
  }

  or(a: Node, b: Node): Node {
    return this.#apply(OR, a, b);
  }

  /** `high` where the variable is true, else `low`, for functions in which `high` holds wherever `low` does. */
  choose(variable: number, low: Node, high: Node): Node {
    if (variable < this.#variableOf(low) && variable < this.#variableOf(high)) return this.node(variable, low, high);
    return this.or(this.and(this.variable(variable), high), low);
  }

  /**
   * The probability that a function is false, with that of each variable being false, and its derivative by each of those.
   * The first is a sum of products of positive numbers, so a tiny one is as exact as a large one. The second is the difference
   * of the two branches, weighted by the probability of getting to a node.
   */
  failure(
    root: Node,
    falseness: ArrayLike<number>,
  ): { readonly probability: number; readonly byVariable: Float64Array } {
    const failing = new Float64Array(root + 1);
    failing[FALSE] = 1;
    if (root > FALSE) failing[TRUE] = 0;
    for (let node = 2; node <= root; node++) {
      const q = falseness[this.#variables[node] ?? 0] ?? 0;
      failing[node] = q * (failing[this.#lows[node] ?? 0] ?? 0) + (1 - q) * (failing[this.#highs[node] ?? 0] ?? 0);
    }
    const byVariable = new Float64Array(falseness.length);
    const reached = new Float64Array(root + 1);
    reached[root] = 1;
    for (let node = root; node >= 2; node--) {
      const weight = reached[node] ?? 0;
      if (weight === 0) continue;
      const [variable, low, high] = [this.#variables[node] ?? 0, this.#lows[node] ?? 0, this.#highs[node] ?? 0];
      const q = falseness[variable] ?? 0;
      reached[low] = (reached[low] ?? 0) + weight * q;
      reached[high] = (reached[high] ?? 0) + weight * (1 - q);
      byVariable[variable] = (byVariable[variable] ?? 0) + weight * ((failing[low] ?? 0) - (failing[high] ?? 0));
    }
    return { probability: failing[root] ?? 0, byVariable };
  }

  #variableOf(node: Node): number {
    return this.#variables[node] ?? BELOW_ALL;
  }

  #apply(operation: typeof AND | typeof OR, a: Node, b: Node): Node {
    if (a === b) return a;
    const decides = operation === AND ? FALSE : TRUE;
    if (a === decides || b === decides) return decides;
    if (a <= TRUE) return b;
    if (b <= TRUE) return a;
    const [first, second] = a < b ? [a, b] : [b, a];
    // Exact up to 2 ** 25 nodes, far above any limit.
    const key = (first * 0x2000000 + second) * 2 + operation;
    const place = mix(operation, first, second) & (this.#cacheResults.length - 1);
    if (this.#cacheKeys[place] === key) return this.#cacheResults[place] ?? 0;
    const result = this.#applyBelow(operation, first, second);
    // The table may have grown meanwhile.
    const now = mix(operation, first, second) & (this.#cacheResults.length - 1);
    this.#cacheKeys[now] = key;
    this.#cacheResults[now] = result;
    return result;
  }

  #applyBelow(operation: typeof AND | typeof OR, a: Node, b: Node): Node {
    const [variableA, variableB] = [this.#variableOf(a), this.#variableOf(b)];
    const variable = Math.min(variableA, variableB);
    const [lowA, highA] = variableA === variable ? [this.#lows[a] ?? 0, this.#highs[a] ?? 0] : [a, a];
    const [lowB, highB] = variableB === variable ? [this.#lows[b] ?? 0, this.#highs[b] ?? 0] : [b, b];
    return this.node(variable, this.#apply(operation, lowA, lowB), this.#apply(operation, highA, highB));
  }

  #add(place: number, variable: number, low: Node, high: Node): Node {
    if (this.#size >= this.#nodeLimit) throw new DiagramTooLarge(`more than ${this.#nodeLimit} nodes`);
    if (this.#size === this.#variables.length) this.#grow();
    const node = this.#size;
    this.#size += 1;
    this.#variables[node] = variable;
    this.#lows[node] = low;
    this.#highs[node] = high;
    this.#unique[place] = node;
    // At most half full, so that searches stay short.
    if (this.#size * 2 > this.#unique.length) this.#rehash();
    return node;
  }

  #grow(): void {
    this.#variables = doubled(this.#variables);
    this.#lows = doubled(this.#lows);
    this.#highs = doubled(this.#highs);
  }

  #rehash(): void {
    const length = this.#unique.length * 2;
    this.#unique = new Int32Array(length);
    for (let node = 2; node < this.#size; node++) {
      let place = mix(this.#variableOf(node), this.#lows[node] ?? 0, this.#highs[node] ?? 0) & (length - 1);
      while (this.#unique[place] !== 0) place = (place + 1) & (length - 1);
      this.#unique[place] = node;
    }
    this.#cacheKeys = new Float64Array(length).fill(-1);
    this.#cacheResults = new Int32Array(length);
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
