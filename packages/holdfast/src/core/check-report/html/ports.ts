import type { PlaceBox } from "./fleet-picture.ts";
import type { Placed } from "./placed.ts";

/** Where lines leave a box: evenly over its edge, in the order of where they go. */
export class Ports {
  readonly #wanted = new Map<Placed<PlaceBox>, { readonly toward: number; taken: boolean }[]>();

  want(place: Placed<PlaceBox>, toward: number): void {
    const wanted = this.#wanted.get(place) ?? [];
    wanted.push({ toward, taken: false });
    this.#wanted.set(place, wanted);
  }

  take(place: Placed<PlaceBox>, toward: number): number {
    const wanted = (this.#wanted.get(place) ?? []).toSorted((a, b) => a.toward - b.toward);
    const index = wanted.findIndex((port) => port.toward === toward && !port.taken);
    const port = wanted[index];
    if (port !== undefined) port.taken = true;
    return Math.round(place.x + (place.width * (index + 1)) / (wanted.length + 1));
  }
}
