/**
 * Every text of the console, in both languages side by side, so that one without the other does not compile.
 *
 * A page keeps its texts beside itself: `const words = texts({ save: ["Save", "保存"] })`. One that is filled in is made by
 * `filled`. `useTexts(words)` gives them in the reader's language. What the server says comes in that language from the server.
 */

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a language is called in itself, and in `lang` and `Accept-Language`. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", zh: "简体中文" };
export const LANGUAGE_TAGS: Record<Language, string> = { en: "en", zh: "zh-CN" };

// biome-ignore lint/suspicious/noExplicitAny: what is filled in is each text's own.
type Filled = (...values: any[]) => string;
type Pair = readonly [string, string] | readonly [Filled, Filled];
type Table = Readonly<Record<string, Pair>>;
type Picked<T extends Table> = {
  readonly [K in keyof T]: T[K][0] extends string ? string : T[K][0];
};

export type Texts<T extends Table> = Readonly<Record<Language, Picked<T>>>;

/** A table of texts: English, then Chinese. */
export function texts<const T extends Table>(table: T): Texts<T> {
  const pick = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(table).map(([name, pair]) => [name, pair[index]])) as Picked<T>;
  return { en: pick(0), zh: pick(1) };
}

/** A text that is filled in; both languages get the same values. */
export function filled<A extends unknown[]>(
  en: (...values: A) => string,
  zh: (...values: A) => string,
): readonly [(...values: A) => string, (...values: A) => string] {
  return [en, zh];
}

/** English has one thing and many things. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
