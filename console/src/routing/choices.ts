/** What is chosen on a page (filters, a tab, a search) stands in the address, so that it can be sent to somebody. */
import { useLocation, useSearch } from "wouter";

/** The address's query with some choices made otherwise; an empty one is taken out. */
export function chosen(search: string, changes: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  return params.toString();
}

/** The choices of these names, each empty if not made, and a function that makes some of them. */
export function useChoices<K extends string>(
  names: readonly K[],
): [Readonly<Record<K, string>>, (changes: Partial<Record<K, string>>) => void] {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const params = new URLSearchParams(search);
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""])) as Record<K, string>;
  const choose = (changes: Partial<Record<K, string>>) => {
    const text = chosen(search, changes as Record<string, string>);
    navigate(text ? `${path}?${text}` : path, { replace: true });
  };
  return [values, choose];
}
