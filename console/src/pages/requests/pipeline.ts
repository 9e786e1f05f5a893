/** How a request's time is shared out, as the bar below its steps shows it. */

/** A share below this many percent could not be seen. */
const LEAST = 2;

/** The percentages of the gateway and of the model. */
export function shareOf(time: { total_us: number; gateway_us: number; model_us: number }): [number, number] {
  if (time.model_us <= 0 || time.total_us <= 0) return [100, 0];
  const model = Math.round((time.model_us / time.total_us) * 100);
  const shown = Math.min(100 - LEAST, Math.max(LEAST, model));
  return [100 - shown, shown];
}
