import type { ComponentKind, Fleet, SiteName } from "../spec/index.ts";
import type { FaultComponent, Path } from "./fault-analysis.ts";
import type { Make } from "./figures.ts";
import { figuresOf } from "./figures.ts";
import type { Structure } from "./structure.ts";
import { part } from "./structure.ts";

export interface NewPart {
  readonly kind: ComponentKind;
  /** Completes the id: `<kind>/<name>`. Two parts of one name are one part: so sharing shows. */
  readonly name: string;
  readonly label: string;
  readonly path: Path;
  readonly site?: SiteName;
  readonly within?: string;
  readonly count?: number;
  /** Default other. */
  readonly make?: Make;
  readonly distributed?: boolean;
}

/** The components in the order in which they were added, which becomes that of the variables of the decision diagram. */
export class Parts {
  readonly components: FaultComponent[] = [];
  readonly #assumptions: Fleet["assumptions"];
  readonly #indices = new Map<string, number>();

  constructor(assumptions: Fleet["assumptions"]) {
    this.#assumptions = assumptions;
  }

  /** The index of the component, an earlier one if it has been named before. */
  add({ kind, name, label, path, site, within, count = 1, make = "other", distributed = false }: NewPart): number {
    const id = `${kind}/${name}`;
    const before = this.#indices.get(id);
    if (before !== undefined) return before;
    const index = this.components.length;
    this.#indices.set(id, index);
    this.components.push({
      id,
      kind,
      label,
      path,
      ...(site === undefined ? {} : { site }),
      ...(within === undefined ? {} : { within }),
      count,
      distributed,
      figures: figuresOf(kind, make, this.#assumptions),
    });
    return index;
  }

  /** For one of which there is one. */
  need(description: NewPart): Structure {
    return this.#structureOf(this.add(description));
  }

  /** One structure for one part, so that whoever walks structures sees that it is the same. */
  readonly #structures = new Map<number, Structure>();

  #structureOf(index: number): Structure {
    const structure = this.#structures.get(index) ?? part(index);
    this.#structures.set(index, structure);
    return structure;
  }
}
