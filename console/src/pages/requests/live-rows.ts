/** New requests at the head of a list that is already shown. */
import type { JournalPage, RequestFilter } from "./questions";
import type { JournalRow } from "./shapes";

/** So many rows are kept of a list that nobody has asked to see more of. */
const KEPT = 500;

/** Whether a row is one of those that a filter asks for, as the server decides it. A time range ends now, so it fits. */
export function fits(row: JournalRow, filter: RequestFilter): boolean {
  const { service, code, status, stage, user, app } = filter;
  const caller = user || app;
  return (
    (!service || row.service === service) &&
    (!code || row.error_code === code || row.reason === code) &&
    (!status || isOfStatus(row.status, status)) &&
    (!stage || row.step === stage) &&
    (!caller || row.caller?.id === caller)
  );
}

function isOfStatus(status: number, wanted: string): boolean {
  const kind = /^(\d)xx$/i.exec(wanted)?.[1];
  return kind ? Math.floor(status / 100) === Number(kind) : String(status) === wanted;
}

/** The pages with new rows before the others, newest first, each once. */
export function withNew(pages: readonly JournalPage[], rows: readonly JournalRow[]): JournalPage[] {
  const [first, ...rest] = pages;
  if (!first) return [];
  const known = new Set(first.requests.map((row) => row.id));
  const fresh = rows.filter((row) => !known.has(row.id));
  if (fresh.length === 0) return [...pages];
  const all = [...fresh, ...first.requests].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (rest.length > 0 || all.length <= KEPT) return [{ ...first, requests: all }, ...rest];
  const kept = all.slice(0, KEPT);
  return [{ requests: kept, next: kept.at(-1)?.id ?? first.next }];
}
