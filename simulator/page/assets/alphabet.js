/* What a page weighs on the air. */

/**
 * A function from a text to the units it takes and the characters the alphabet does not have.
 * `single` and `double` are the characters of one and of two septets; without them a unit is a UTF-16 unit.
 */
export function weigher({ single, double }) {
  if (!single) return (text) => ({ used: text.length, foreign: [] });
  const weights = new Map([...[...single].map((c) => [c, 1]), ...[...double].map((c) => [c, 2])]);
  return (text) => {
    let used = 0;
    const foreign = new Set();
    for (const character of text) {
      if (!weights.has(character)) foreign.add(character);
      used += weights.get(character) ?? 1;
    }
    return { used, foreign: [...foreign] };
  };
}

const GSM7 = { unit: "septets", alone: 160, part: 153 };
const UCS2 = { unit: "caractères", alone: 70, part: 67 };

/** A function from a text to its `unit`s as an SMS, how many are `used`, in how many `parts`, and the `room` in these. */
export function smsMeter({ single, double }) {
  const weights = new Map([...[...single].map((c) => [c, 1]), ...[...double].map((c) => [c, 2])]);
  return (text) => {
    const characters = [...text];
    const foreign = characters.some((c) => !weights.has(c));
    const { unit, alone, part } = foreign ? UCS2 : GSM7;
    const sizes = characters.map((c) => (foreign ? c.length : weights.get(c)));
    const used = sizes.reduce((sum, size) => sum + size, 0);
    if (used <= alone) return { unit, used, parts: 1, room: alone };
    let parts = 1;
    let filled = 0;
    for (const size of sizes) {
      // What takes two units stays whole: a part may end one short.
      if (filled + size > part) {
        parts += 1;
        filled = 0;
      }
      filled += size;
    }
    return { unit, used, parts, room: parts * part };
  };
}
