/** A canonical request, line by line: what each line is, and how another one differs from it. */

/** What a line of a canonical request is. */
export type LineKind = "method" | "path" | "query" | "header" | "blank" | "signed_headers" | "digest";

/** Each line with what it is. The headers end with an empty line; the last two lines are their names and the body's digest. */
export function kinds(lines: readonly string[]): LineKind[] {
  return lines.map((line, index) => {
    if (index === 0) return "method";
    if (index === 1) return "path";
    if (index === 2) return "query";
    if (index === lines.length - 1) return "digest";
    if (index === lines.length - 2) return "signed_headers";
    return line === "" ? "blank" : "header";
  });
}

export interface LinePair {
  ours: string | null;
  theirs: string | null;
  /** The place in our lines; the next one for a line that only the client has. */
  at: number;
}

/** More lines than this are not compared: no canonical request has them. */
const MOST = 400;

export function linesOf(text: string): string[] {
  return text.replace(/\r\n/g, "\n").split("\n");
}

/** Pairs the lines of two canonical requests: the same lines meet, and between them one of each stand beside each other. */
export function paired(ours: readonly string[], theirs: readonly string[]): LinePair[] {
  const [a, b] = [ours.slice(0, MOST), theirs.slice(0, MOST)];
  const common = commonTails(a, b);
  const pairs: LinePair[] = [];
  let [i, j] = [0, 0];
  let [loneA, loneB]: [number[], number[]] = [[], []];
  const settle = () => {
    for (let k = 0; k < Math.max(loneA.length, loneB.length); k += 1) {
      const [x, y] = [loneA[k], loneB[k]];
      pairs.push({
        ours: x === undefined ? null : (a[x] ?? null),
        theirs: y === undefined ? null : (b[y] ?? null),
        at: x ?? i,
      });
    }
    [loneA, loneB] = [[], []];
  };
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      settle();
      pairs.push({ ours: a[i] ?? null, theirs: b[j] ?? null, at: i });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && tail(common, i + 1, j) >= tail(common, i, j + 1))) {
      loneA.push(i);
      i += 1;
    } else {
      loneB.push(j);
      j += 1;
    }
  }
  settle();
  return pairs;
}

const tail = (table: number[][], i: number, j: number) => table[i]?.[j] ?? 0;

/** How many lines two tails have in common, in order. */
function commonTails(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row)
        row[j] =
          a[i] === b[j]
            ? tail(table, i + 1, j + 1) + 1
            : Math.max(tail(table, i + 1, j), tail(table, i, j + 1));
    }
  return table;
}
