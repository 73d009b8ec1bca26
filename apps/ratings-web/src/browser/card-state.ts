/**
 * What a card shows: the stars chosen, and whether they are saved. "Saved" is said only after the API confirmed it. A failed attempt keeps
 * its key, so that trying again cannot count twice; another choice of stars is another rating and gets a new key.
 */
export type CardState =
  | { readonly kind: "idle" }
  | { readonly kind: "chosen"; readonly stars: number }
  | { readonly kind: "saving"; readonly stars: number; readonly key: string }
  | { readonly kind: "saved"; readonly stars: number }
  | { readonly kind: "failed"; readonly stars: number; readonly key: string; readonly message: string };

export type CardEvent =
  | { readonly kind: "choose"; readonly stars: number }
  /** `newKey` is used unless this is another attempt at the same rating. */
  | { readonly kind: "submit"; readonly newKey: string }
  | { readonly kind: "confirmed"; readonly key: string }
  | { readonly kind: "refused"; readonly key: string; readonly message: string };

/** The next state; an event that does not fit (an answer to an earlier attempt, a second click) changes nothing. */
export function step(state: CardState, event: CardEvent): CardState {
  switch (event.kind) {
    case "choose":
      // What is being saved is no longer to be chosen; and the same choice again is no other rating.
      if (state.kind === "saving" || (state.kind === "failed" && state.stars === event.stars)) return state;
      return { kind: "chosen", stars: event.stars };
    case "submit":
      if (state.kind === "chosen") return { kind: "saving", stars: state.stars, key: event.newKey };
      if (state.kind === "failed") return { kind: "saving", stars: state.stars, key: state.key };
      return state;
    case "confirmed":
      return state.kind === "saving" && state.key === event.key ? { kind: "saved", stars: state.stars } : state;
    case "refused":
      return state.kind === "saving" && state.key === event.key
        ? { ...state, kind: "failed", message: event.message }
        : state;
  }
}

/** The button's words and whether it can be pressed. */
export function buttonOf(state: CardState): { readonly text: string; readonly enabled: boolean } {
  switch (state.kind) {
    case "idle":
      return { text: "Choose your stars", enabled: false };
    case "chosen":
      return { text: `Give ${starsText(state.stars)}`, enabled: true };
    case "saving":
      return { text: "Saving…", enabled: false };
    case "saved":
      return { text: "Saved", enabled: false };
    case "failed":
      return { text: "Try again", enabled: true };
  }
}

/** What a screen reader hears and a reader sees below the button. */
export function outcomeOf(state: CardState): string {
  switch (state.kind) {
    case "idle":
    case "chosen":
      return "";
    case "saving":
      return `Saving ${starsText(state.stars)}…`;
    case "saved":
      return `Saved: ${starsText(state.stars)}. Thank you!`;
    case "failed":
      return state.message;
  }
}

export function starsText(stars: number): string {
  return stars === 1 ? "1 star" : `${stars} stars`;
}
