/** Where two texts differ: what to mark in each when they stand beside each other. */

export interface Marked {
  /** What both begin with. */
  before: string;
  /** What only this one has. */
  own: string;
  /** What both end with. */
  after: string;
}

/** Texts that have less than this in common are another text altogether: nothing in them is marked. */
const ALIKE = 0.3;

/** Words about a value, not the value: "± 15 min (server time)". */
const isProse = (text: string) => (text.match(/[ ，（]/g)?.length ?? 0) > 1;

/** Marks what is different in each of two texts; `null` where they have too little in common, or nothing differs. */
export function differing(one: string, other: string): [Marked, Marked] | null {
  if (one === other) return null;
  const [a, b] = [[...one], [...other]];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  if ((start + end) / Math.max(a.length, b.length) < ALIKE) return null;
  const cut = (letters: string[]): Marked => ({
    before: letters.slice(0, start).join(""),
    own: letters.slice(start, letters.length - end).join(""),
    after: letters.slice(letters.length - end).join(""),
  });
  const [mine, its] = [cut(a), cut(b)];
  return isProse(mine.own) || isProse(its.own) ? null : [mine, its];
}
