/** A moment: "3 minutes ago" that stays true while it is looked at, with the whole date when pointed at. */
import { useEffect, useState } from "react";
import { useLanguage } from "../language/language";
import { serverNow } from "../time/clock";
import { ago, fullMoment, shortMoment } from "../time/format";

let now = serverNow();
const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One tick for all moments of a page. */
export function useNow(): number {
  const [value, setValue] = useState(() => {
    now = serverNow();
    return now;
  });
  useEffect(() => {
    listeners.add(setValue);
    timer ??= setInterval(() => {
      now = serverNow();
      for (const listener of listeners) listener(now);
    }, 10_000);
    return () => {
      listeners.delete(setValue);
      if (listeners.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return value;
}

/** `at` in milliseconds since 1970, or as ISO 8601. */
export function Moment({ at, exact = false }: { at: number | string; exact?: boolean }) {
  const { language } = useLanguage();
  const reference = useNow();
  const moment = typeof at === "string" ? Date.parse(at) : at;
  if (!Number.isFinite(moment)) return <span>–</span>;
  return (
    <time dateTime={new Date(moment).toISOString()} title={fullMoment(moment, language)}>
      {exact
        ? shortMoment(moment, reference, language)
        : ago(Math.min(moment, reference), reference, language)}
    </time>
  );
}
