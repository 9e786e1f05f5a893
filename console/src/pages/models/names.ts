/** Names and versions of models: what is allowed, and what to suggest. */

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const VERSION = /^\d{1,2}\.\d{1,2}\.\d{1,2}$/;

export const isName = (text: string) => NAME.test(text);
export const isVersion = (text: string) => VERSION.test(text);

/** What a package can be. */
export const PACKAGE_KINDS = [".zip", ".tar.gz", ".tgz", ".tar"];

export function isPackage(file: string): boolean {
  return PACKAGE_KINDS.some((kind) => file.toLowerCase().endsWith(kind));
}

/** A name for the model of a package file: the file's own without its ending, and without a version behind it. */
export function nameOf(file: string): string {
  const base = file.replace(/\.(zip|tar\.gz|tgz|tar)$/i, "").replace(/[-_. ]v?\d+(\.\d+)*$/i, "");
  return base
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

/** The version after the highest of these; `0.0.1` after none. */
export function nextVersion(versions: readonly string[]): string {
  const highest = versions.filter(isVersion).sort(byVersion).at(-1);
  if (!highest) return "0.0.1";
  const [major = 0, minor = 0, patch = 0] = highest.split(".").map(Number);
  if (patch < 99) return `${major}.${minor}.${patch + 1}`;
  return minor < 99 ? `${major}.${minor + 1}.0` : `${major + 1}.0.0`;
}

export function byVersion(one: string, other: string): number {
  const [a, b] = [one.split(".").map(Number), other.split(".").map(Number)];
  for (let place = 0; place < 3; place += 1) {
    const apart = (a[place] ?? 0) - (b[place] ?? 0);
    if (apart !== 0) return apart;
  }
  return 0;
}

/** The metrics of `config.json` as names and numbers; nothing where there are none, or they are no object. */
export function metricsOf(text: string): [string, string][] {
  try {
    const metrics: unknown = JSON.parse(text || "null");
    if (typeof metrics !== "object" || metrics === null || Array.isArray(metrics)) return [];
    return Object.entries(metrics).map(([name, value]) => [
      name,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]);
  } catch {
    return [];
  }
}
