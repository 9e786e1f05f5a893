/** Pictures within an answer: texts of its JSON that are pictures in base64, as models that draw answer them. */

const BEGINNINGS: [string, string][] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
];
const MOST = 8;

/** Their addresses, as `data:` URLs. Only pixels: a drawing could hold text that acts as markup. */
export function picturesIn(text: string): string[] {
  if (!/iVBORw0KGgo|\/9j\/|R0lGOD|UklGR/.test(text)) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const found: string[] = [];
  const visit = (one: unknown) => {
    if (found.length >= MOST) return;
    if (typeof one === "string") {
      const address = pictureOf(one);
      if (address) found.push(address);
    } else if (typeof one === "object" && one !== null) {
      for (const inner of Object.values(one)) visit(inner);
    }
  };
  visit(value);
  return found;
}

function pictureOf(text: string): string | null {
  if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(text)) return text;
  const known = BEGINNINGS.find(([beginning]) => text.startsWith(beginning));
  return known && text.length > 64 && /^[A-Za-z0-9+/=\s]+$/.test(text)
    ? `data:${known[1]};base64,${text}`
    : null;
}
