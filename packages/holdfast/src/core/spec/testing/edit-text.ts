/**
 * For tests, which break a sound file in one place: the first occurrence of each text is replaced. A text that is not
 * there is a mistake of the test.
 */
export function editText(text: string, edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`there is no text ${JSON.stringify(from)}`);
    return edited.replace(from, () => to);
  }, text);
}
