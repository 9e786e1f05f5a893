/** A list that the server gives a page at a time: each page is asked for when somebody looks at it, and again only while they do. */
import { keepPreviousData, type UseQueryOptions, useQuery } from "@tanstack/react-query";

/** A page of a list, and how many things the whole list has. */
export interface Listed<T> {
  rows: T[];
  total: number;
}

export interface Pages<T> {
  /** How many rows a full page has. */
  size: number;
  /** How many rows the list has; `undefined` until the first page is there. */
  total: number | undefined;
  error: unknown;
  retry: () => void;
  /** What asks for a page, counted from 0. */
  of: (index: number) => UseQueryOptions<Listed<T>>;
}

interface Asked<T> {
  /** Names the list, filters included; a page's number is added. */
  key: readonly unknown[];
  size: number;
  /** Asks for a page, and gives up once nobody looks at it any more. */
  ask: (page: number, signal: AbortSignal) => Promise<Listed<T>>;
  isEnabled?: boolean;
  /** After how many milliseconds a page is looked at again. */
  again?: (rows: readonly T[]) => number;
}

export function usePages<T>({ key, size, ask, isEnabled = true, again }: Asked<T>): Pages<T> {
  const of = (index: number): UseQueryOptions<Listed<T>> => ({
    queryKey: [...key, index],
    queryFn: ({ signal }) => ask(index, signal),
    enabled: isEnabled,
    refetchInterval: again ? ({ state }) => again(state.data?.rows ?? []) : false,
  });
  // What was found before is shown until what is found now is there.
  const first = useQuery({ ...of(0), placeholderData: keepPreviousData });
  return {
    size,
    total: first.data?.total,
    error: first.data ? null : first.error,
    retry: () => void first.refetch(),
    of,
  };
}
