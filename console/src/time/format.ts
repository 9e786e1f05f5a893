/** Times, spans, sizes and counts as people read them. */
import { LANGUAGE_TAGS, type Language } from "../language/texts";

const cache = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = cache.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(LANGUAGE_TAGS[language], { hourCycle: "h23", ...options });
    cache.set(key, made);
  }
  return made;
}

/** Date and time to the second, with the zone: what stands in a tooltip. */
export function fullMoment(at: number, language: Language): string {
  return format(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(at);
}

/** The time alone today, with the date on other days. */
export function shortMoment(at: number, now: number, language: Language): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  if (sameDay) return format(language, time).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(language, {
    ...(sameYear ? {} : { year: "numeric" }),
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** "3 minutes ago". */
export function ago(at: number, now: number, language: Language): string {
  const apart = at - now;
  const relative = new Intl.RelativeTimeFormat(LANGUAGE_TAGS[language], { numeric: "auto", style: "short" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(apart) >= length) return relative.format(Math.trunc(apart / length), unit);
  }
  return relative.format(0, "second");
}

/** A span of milliseconds: 0.042 ms, 0.40 ms, 12 ms, 1.50 s, 2 min 5 s, 2 h 5 min, 3 d 4 h. What is rounded up to the next unit is told in it. */
export function span(milliseconds: number): string {
  if (milliseconds <= 0) return "0 ms";
  if (milliseconds < 0.0995) return `${milliseconds.toFixed(3)} ms`;
  if (milliseconds < 0.995) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size in bytes: 812 B, 1.5 MiB. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.9 KiB would be told as 1024.
  while (value >= (unit === 0 ? 1024 : 1023.5) && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** What is told at a chart's axis: zeros behind the point say nothing there. */
export function atAxis(text: string): string {
  return text.replace(/(\.\d*?)0+(?= )/, "$1").replace(/\.(?= )/, "");
}

/** The labels of an axis: one that rounds to the label before it says nothing. */
export function distinct(labels: string[]): string[] {
  return labels.map((label, index) => (labels.indexOf(label) === index ? label : ""));
}

/** A count with separators: 12,345. */
export function count(value: number, language: Language): string {
  return value.toLocaleString(LANGUAGE_TAGS[language]);
}
