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
