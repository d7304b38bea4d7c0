/* The alphabet of GSM 03.38: what a page weighs on the air. */

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPED = "^{}\\[~]|€\f";

const weights = new Map([...[...BASIC].map((c) => [c, 1]), ...[...ESCAPED].map((c) => [c, 2])]);

/** Septets of a text, an escaped character being two, and the characters the alphabet does not have. */
export function inSeptets(text) {
  let used = 0;
  const foreign = new Set();
  for (const character of text) {
    const weight = weights.get(character);
    if (weight === undefined) foreign.add(character);
    used += weight ?? 1;
  }
  return { used, foreign: [...foreign] };
}

/** UTF-16 units of a text: UCS-2 carries them all. */
export function inUcs2(text) {
  return { used: text.length, foreign: [] };
}
