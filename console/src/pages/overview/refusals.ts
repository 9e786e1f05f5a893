/** What was refused, gathered by cause: the most frequent first. */

/** As much of a row of the journal as is needed here; the API describes it as an object. */
export interface Row {
  id: string;
  time: string;
  status: number;
  reason: string | null;
  error_code: string | null;
  service: string | null;
  method: string;
  path: string;
}

export interface Cause {
  reason: string;
  code: string;
  status: number;
  count: number;
  /** The newest request that was refused so. */
  newest: Row;
}

/** Rows newest first; what the model itself answered has no reason, and is no refusal. */
export function causesOf(rows: readonly Row[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const row of rows) {
    if (!row.reason) continue;
    const known = found.get(row.reason);
    if (known) known.count += 1;
    else
      found.set(row.reason, {
        reason: row.reason,
        code: row.error_code ?? "",
        status: row.status,
        count: 1,
        newest: row,
      });
  }
  return [...found.values()].sort((one, other) => other.count - one.count);
}
