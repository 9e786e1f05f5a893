/** A service's log as it grows: the newest lines first of all, then each as it is printed. */
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { listen } from "../../live/stream";

export type Line = Schemas["LineShown"];

export interface LogFilter {
  instance: string;
  contains: string;
}

export interface Followed {
  /** Oldest first; `undefined` until the stream is there. */
  lines: readonly Line[] | undefined;
  /** So many did not fit through: the program prints faster than the page reads. */
  missed: number;
  /** It comes to nothing more: the service is gone, or the session. */
  isOver: boolean;
  /** Other pages of this browser follow as many logs as it can; this one begins once one of them is closed. */
  isWaiting: boolean;
}

/** Lines that come at once are shown at once. */
const TOGETHER = 100;
const NOTHING: Followed = { lines: undefined, missed: 0, isOver: false, isWaiting: false };

export function addressOf(project: string, service: string, most: number, filter: LogFilter): string {
  const query = new URLSearchParams({ lines: String(most) });
  if (filter.instance) query.set("instance", filter.instance);
  if (filter.contains) query.set("contains", filter.contains);
  return `/adyton/v1/${project}/services/${service}/log/follow?${query}`;
}

/** Follows the log at an address, and keeps so many of its lines; `null` follows nothing. */
export function useFollowed(address: string | null, most: number): Followed {
  const [followed, setFollowed] = useState(NOTHING);
  useEffect(() => {
    setFollowed(NOTHING);
    if (!address || typeof EventSource === "undefined") return;
    let waiting: Line[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      const fresh = waiting;
      waiting = [];
      setFollowed((was) => ({ ...was, lines: [...(was.lines ?? []), ...fresh].slice(-most) }));
    };
    const stop = listen(address, null, {
      waits: () => setFollowed((was) => ({ ...was, isWaiting: true })),
      // The newest come again with each opening.
      opened: () => {
        waiting = [];
        setFollowed({ ...NOTHING, lines: [] });
      },
      events: {
        line: (line) => {
          waiting.push(line as Line);
          timer ??= setTimeout(show, TOGETHER);
        },
        missed: (missed) =>
          setFollowed((was) => ({ ...was, missed: was.missed + (missed as { lines: number }).lines })),
        end: (end) => {
          const { reason } = end as { reason: string };
          if (reason !== "service" && reason !== "session") return;
          setFollowed((was) => ({ ...was, isOver: true }));
          stop();
        },
      },
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [address, most]);
  return followed;
}
