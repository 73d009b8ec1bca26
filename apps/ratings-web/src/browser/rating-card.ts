import { type Item, randomKey, type Reply, type Standing } from "./api.ts";
import { buttonOf, type CardEvent, type CardState, outcomeOf, starsText, step } from "./card-state.ts";
import { find, instantiate, star } from "./elements.ts";
import { averageText, sentence, votesText } from "./standings.ts";

interface Events {
  /** Sends the rating; the card says "saved" only after an ok. */
  readonly send: (item: Item, stars: number, key: string) => Promise<Reply<unknown>>;
  readonly onChange: () => void;
}

/** A fruit with its radio group of stars. */
export class RatingCard {
  readonly element: HTMLElement;
  readonly #item: Item;
  readonly #events: Events;
  #state: CardState = { kind: "idle" };

  constructor(item: Item, events: Events) {
    this.#item = item;
    this.#events = events;
    this.element = instantiate("card");
    this.element.dataset["item"] = item.name;
    find(this.element, "img", HTMLImageElement).src = item.img;
    find(this.element, "h3", HTMLElement).textContent = item.name;
    find(this.element, "legend", HTMLElement).textContent = `Your stars for ${item.name}`;
    find(this.element, ".stars", HTMLElement).append(...[1, 2, 3, 4, 5].map((stars) => this.#choice(stars)));
    find(this.element, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#render();
  }

  /** The rating that is on its way, if one is. */
  get pending(): { readonly name: string; readonly stars: number } | undefined {
    return this.#state.kind === "saving" ? { name: this.#item.name, stars: this.#state.stars } : undefined;
  }

  show(standing: Standing | undefined): void {
    if (standing === undefined) return;
    const average = standing.votes === 0 ? "" : `★ ${averageText(standing)} · `;
    find(this.element, ".standing", HTMLElement).textContent = average + votesText(standing);
  }

  #choice(stars: number): HTMLElement {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = "stars";
    input.value = String(stars);
    input.className = "hidden";
    input.addEventListener("change", () => this.#apply({ kind: "choose", stars }));
    const text = document.createElement("span");
    text.className = "hidden";
    text.textContent = starsText(stars);
    label.append(input, star(), text);
    return label;
  }

  async #submit(): Promise<void> {
    this.#apply({ kind: "submit", newKey: randomKey() });
    if (this.#state.kind !== "saving") return;
    const { stars, key } = this.#state;
    const reply = await this.#events.send(this.#item, stars, key);
    if (reply.kind === "ok") this.#apply({ kind: "confirmed", key });
    else this.#apply({ kind: "refused", key, message: explain(reply) });
  }

  #apply(event: CardEvent): void {
    const before = this.#state;
    this.#state = step(before, event);
    if (this.#state === before) return;
    this.#render();
    this.#events.onChange();
  }

  #render(): void {
    const state = this.#state;
    const { text, enabled } = buttonOf(state);
    const button = find(this.element, "button", HTMLButtonElement);
    // A disabled button would lose the keyboard's focus in the middle of a submission; the state ignores a second press.
    button.ariaDisabled = String(!enabled);
    button.disabled = state.kind === "idle";
    button.textContent = text;
    this.element.dataset["state"] = state.kind;
    find(this.element, "fieldset", HTMLFieldSetElement).disabled = state.kind === "saving";
    find(this.element, ".outcome", HTMLElement).textContent = outcomeOf(state);
  }
}

/** For somebody who never heard of keys and databases: is it saved, and what now? */
function explain(reply: Exclude<Reply<unknown>, { readonly kind: "ok" }>): string {
  const harmless = "Trying again cannot count it twice.";
  if (reply.kind === "no-answer") return `No site answered, so it is not sure whether this was saved. ${harmless}`;
  if (reply.inDoubt) return `Not confirmed in time, so it is not sure whether this was saved. ${harmless}`;
  return sentence(reply.message);
}
