import { find, instantiate } from "./elements.ts";
import { averageText, type Row, votesText } from "./standings.ts";

/** Shows the rows in order; a row keeps its element, so that bars move instead of jumping. */
export class Leaderboard {
  readonly #list = find(document, "#rows", HTMLElement);
  readonly #elements = new Map<string, HTMLElement>();

  show(rows: readonly Row[]): void {
    const elements = rows.map((row, index) => this.#update(row, index + 1));
    // Only when the order changed: moving elements would interrupt a screen reader that reads them.
    if (
      elements.some((element, index) => this.#list.children[index] !== element) ||
      this.#list.children.length !== elements.length
    ) {
      this.#list.replaceChildren(...elements);
    }
    this.#list.ariaBusy = "false";
  }

  #update(row: Row, place: number): HTMLElement {
    const element = this.#elements.get(row.name) ?? instantiate("row");
    this.#elements.set(row.name, element);
    const picture = find(element, "img", HTMLImageElement);
    if (picture.getAttribute("src") !== row.img) picture.src = row.img;
    find(element, ".place", HTMLElement).textContent = String(place);
    find(element, ".name", HTMLElement).textContent = row.name;
    find(element, ".bar-fill", HTMLElement).style.setProperty("--share", row.share.toFixed(1));
    find(element, ".score strong", HTMLElement).textContent = averageText(row);
    find(element, ".score span", HTMLElement).textContent = row.pending ? "saving…" : votesText(row);
    element.classList.toggle("pending", row.pending);
    element.dataset["item"] = row.name;
    return element;
  }
}
