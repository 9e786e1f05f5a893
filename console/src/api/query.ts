/** How what the server said is kept: shown at once, asked for again when somebody looks, never guessed. */
import { QueryClient } from "@tanstack/react-query";
import { asFailure } from "./failure";

/** What is asked again so often while it is looked at, and is fresh enough for as long: who comes back to its page sees it, and asks when its time has come. */
export const every = (milliseconds: number) => ({ refetchInterval: milliseconds, staleTime: milliseconds });

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 300_000,
        // A refusal stays one; what did not arrive is tried again.
        retry: (times, error) => asFailure(error).unreachable && times < 2,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
