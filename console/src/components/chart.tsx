/** Values over time. The drawing is for the eye; the legend beneath names the lines, and reads the values out: those at the pointer, else the newest. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { useLanguage } from "../language/language";
import { LANGUAGE_TAGS } from "../language/texts";
import { useTheme } from "../theme/theme";
import { atAxis, distinct } from "../time/format";
import "./uplot.css";
import classes from "./chart.module.css";
import tones from "./tone.module.css";

/** A colour of `style/tokens.css`: one with a meaning, or one of a row that are told apart. */
export type Tint = "accent" | "warn" | "bad" | "busy" | `line-${1 | 2 | 3 | 4 | 5 | 6}`;

type Values = readonly (number | null)[];

export interface Series {
  name: string;
  tint: Tint;
  /** One for each time; `null` where there is nothing to tell. */
  values: Values;
  dashed?: boolean;
}

/** What many lines of no name lie between. */
export interface Band {
  name: string;
  low: Values;
  high: Values;
}

interface Props {
  label: string;
  /** In seconds since 1970. */
  times: readonly number[];
  series: readonly Series[];
  band?: Band | undefined;
  format: (value: number) => string;
  /** What the marks of the values are multiples of: whole things, powers of two; else tenths. */
  marks?: "whole" | "binary" | undefined;
  /** From and to, in seconds: all of the range, also where nothing happened. */
  range: readonly [number, number];
}

const HEIGHT = 168;
/** Steps between the marks of the time, in seconds. For hours beside days there is no room. */
const MARKS = [60, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600];
const STEPS = {
  whole: Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat(),
  binary: Array.from({ length: 44 }, (_, power) => 2 ** power),
};
/** All charts of a page show the same moment. */
const TOGETHER = { key: "times" };

export function Chart(props: Props) {
  const { label, times, series, band, range } = props;
  const time = useTimeFormat(range);
  const { box, at, highlight } = usePlot(props, time);
  const shown = at ?? newest([...series.map(({ values }) => values), ...(band ? [band.high] : [])]);
  const told = (values: Values) => {
    const value = shown === null ? null : values[shown];
    return typeof value === "number" ? props.format(value) : "–";
  };
  const moment = shown === null ? undefined : times[shown];
  return (
    <figure className={classes.chart} aria-label={label}>
      <div ref={box} className={classes.plot} aria-hidden="true" />
      <figcaption className={classes.legend}>
        <ul>
          {series.map(({ name, tint, values, dashed }, index) => (
            <Line
              key={name}
              name={name}
              mark={`${classes.mark} ${tones[tint]} ${dashed ? classes.dashed : ""}`}
              onPointed={(is) => highlight(is ? index : null)}
            >
              {told(values)}
            </Line>
          ))}
          {band && (
            <Line name={band.name} mark={`${classes.mark} ${classes.band}`}>
              {between(told(band.low), told(band.high))}
            </Line>
          )}
        </ul>
        {moment !== undefined && <time>{time.format(moment * 1000)}</time>}
      </figcaption>
    </figure>
  );
}

interface LineProps {
  name: string;
  mark: string;
  onPointed?: (is: boolean) => void;
  children: ReactNode;
}

function Line({ name, mark, onPointed, children }: LineProps) {
  return (
    <li
      {...(onPointed
        ? { onPointerEnter: () => onPointed(true), onPointerLeave: () => onPointed(false) }
        : {})}
    >
      <span className={mark} aria-hidden="true" /> {name} <b>{children}</b>
    </li>
  );
}

export const between = (low: string, high: string) => (low === high ? low : `${low} – ${high}`);

/** Where the values stand that have none beside them. */
export function alone(values: Values): number[] {
  const isThere = (index: number) => typeof values[index] === "number";
  return [...values.keys()].filter((at) => isThere(at) && !isThere(at - 1) && !isThere(at + 1));
}

/** The newest moment of which any line tells something. */
export function newest(lines: readonly Values[]): number | null {
  const longest = Math.max(0, ...lines.map(({ length }) => length));
  for (let index = longest - 1; index >= 0; index -= 1) {
    if (lines.some((values) => typeof values[index] === "number")) return index;
  }
  return null;
}

function useTimeFormat([from, until]: readonly [number, number]): Intl.DateTimeFormat {
  const { language } = useLanguage();
  return new Intl.DateTimeFormat(LANGUAGE_TAGS[language], {
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    ...(until - from > 90_000 ? { month: "short", day: "numeric" } : {}),
  });
}

/** Draws, and says which of the times is pointed at. */
function usePlot({ times, series, band, format, marks, range }: Props, time: Intl.DateTimeFormat) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const theme = useTheme();
  const { language } = useLanguage();
  const day = new Intl.DateTimeFormat(LANGUAGE_TAGS[language], { month: "short", day: "numeric" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours; the format of times follows range and language.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => resolved(element, style.getPropertyValue(`--${name}`));
    const axis = {
      stroke: colour("ink-3"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [8, 20, 0, 0],
        legend: { show: false },
        cursor: { points: { size: 7 }, y: false, sync: TOGETHER },
        focus: { alpha: 0.2 },
        scales: {
          x: { time: true, range: [...range] },
          y: { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] },
        },
        axes: [
          {
            ...axis,
            size: 24,
            gap: 8,
            values: (_, splits, __, ___, step) =>
              splits.map((one) => (step >= 86_400 ? day : time).format(one * 1000)),
            space: (_, __, from, until) => (until - from > 90_000 ? 64 : 72),
            incrs: range[1] - range[0] > 90_000 ? MARKS.filter((step) => step >= 86_400) : MARKS,
          },
          {
            ...axis,
            size: 60,
            gap: 8,
            values: (_, splits) => distinct(splits.map((one) => atAxis(format(one)))),
            ...(marks ? { incrs: STEPS[marks] } : {}),
          },
        ],
        series: [
          {},
          ...series.map(({ name, tint, values, dashed }) => ({
            label: name,
            stroke: colour(tint),
            width: 1.5,
            spanGaps: false,
            // What stands alone is no line.
            points: { show: true, size: 5, fill: colour("surface"), filter: () => alone(values) },
            ...(dashed ? { dash: [4, 3] } : {}),
          })),
          ...(band
            ? [band.high, band.low].map(() => ({
                stroke: colour("line-strong"),
                width: 1,
                points: { show: false },
              }))
            : []),
        ],
        ...(band
          ? { bands: [{ series: [series.length + 1, series.length + 2], fill: colour("idle-soft") }] }
          : {}),
        hooks: { setCursor: [({ cursor }) => setAt(cursor.idx ?? null)] },
      },
      [
        times,
        ...series.map(({ values }) => values),
        ...(band ? [band.high, band.low] : []),
      ] as uPlot.AlignedData,
      element,
    );
    drawn.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      drawn.current = null;
      setAt(null);
    };
  }, [times, series, band, format, marks, range, language, theme]);
  const highlight = (index: number | null) =>
    drawn.current?.setSeries(index === null ? null : index + 1, { focus: index !== null });
  return { box, at, highlight };
}

/** What a colour of the style sheet is here and now: the drawing knows no `light-dark()`. */
function resolved(within: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  within.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
