/**
 * About how wide a text is in a sans-serif font, in the unit of `size`: on the generous side, as no font can be asked here. Wide
 * characters (Chinese, Japanese, Korean, emoji) count twice.
 */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const character of text) units += unitsOf(character);
  return Math.ceil(units * size);
}

function unitsOf(character: string): number {
  if (
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[\u{1f000}-\u{1faff}]/u.test(
      character,
    )
  )
    return 1.05;
  if (/[iljtfrI.,:;'|! ]/.test(character)) return 0.36;
  if (/[mwMW@%—…]/.test(character)) return 0.92;
  if (/[A-Z]/.test(character)) return 0.7;
  return 0.59;
}

/** Cut where it would no longer fit, with an ellipsis. */
export function fitText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
