/** The server's time: this computer's clock may be off, and "two minutes ago" must not become "in an hour". */

let offset = 0;
let known = false;

/** Learns how far apart the clocks are from an answer's `Date`, which has whole seconds. */
export function learnTime(date: string | null): void {
  const server = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(server)) return;
  const apart = server + 500 - Date.now();
  // A clock that is right to within two seconds needs no correction.
  if (!known || Math.abs(apart - offset) > 1500) offset = Math.abs(apart) > 2000 ? apart : 0;
  known = true;
}

/** The server's time in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + offset;
}
