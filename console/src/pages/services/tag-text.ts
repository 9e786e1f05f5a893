/** A tag in one word, as the filter of services takes it: its key, or `KEY=VALUE`. */
export function tagText({ key, value }: { key: string; value?: string }): string {
  return value ? `${key}=${value}` : key;
}
