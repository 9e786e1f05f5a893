/** A part of an address as it was meant; one that is badly written, as it stands there. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
