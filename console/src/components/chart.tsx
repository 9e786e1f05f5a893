/** Values over time. The drawing is for the eye; the legend beneath reads the values out at the pointer. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useLanguage, useTexts } from "../language/language";
import { LANGUAGE_TAGS, texts } from "../language/texts";
import { useTheme } from "../theme/theme";
import "./uplot.css";
import classes from "./chart.module.css";

const words = texts({ time: ["Time", "时间"] });

/** A colour of `style/tokens.css`. */
export type Tint = "accent" | "ok" | "warn" | "bad" | "busy" | "idle";

export interface Series {
  name: string;
  tint: Tint;
  /** One for each time; `null` where there is nothing to tell. */
  values: (number | null)[];
  dashed?: boolean;
}

interface Props {
  label: string;
  /** In seconds since 1970. */
  times: number[];
  series: Series[];
  format: (value: number) => string;
  /** From and to, in seconds: all of the range, also where nothing happened. */
  range: [number, number];
}

const HEIGHT = 176;
/** So few values are shown as points, too. */
const FEW = 30;
/** Steps between the marks of the time, in seconds. */
const MARKS = [60, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

export function Chart({ label, times, series, format, range }: Props) {
  const box = useRef<HTMLElement>(null);
  const { language } = useLanguage();
  const theme = useTheme();
  const t = useTexts(words);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
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
    const time = new Intl.DateTimeFormat(LANGUAGE_TAGS[language], {
      hourCycle: "h23",
      ...(range[1] - range[0] > 90_000
        ? { month: "short", day: "numeric", hour: "2-digit" }
        : { hour: "2-digit", minute: "2-digit" }),
    });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        cursor: { points: { size: 7 }, y: false },
        scales: { x: { time: true, range }, y: { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] } },
        axes: [
          {
            ...axis,
            values: (_, splits) => splits.map((at) => time.format(at * 1000)),
            space: 72,
            incrs: MARKS,
          },
          { ...axis, size: 64, values: (_, splits) => splits.map(format) },
        ],
        series: [
          { label: t.time, value: (_, at) => (at === null ? "" : time.format(at * 1000)) },
          ...series.map(({ name, tint, values, dashed }) => ({
            label: name,
            stroke: colour(tint),
            width: 1.5,
            spanGaps: false,
            // What stands alone is no line.
            points: { show: values.filter((value) => value !== null).length <= FEW, size: 5 },
            ...(dashed ? { dash: [4, 3] } : {}),
            value: (_: uPlot, value: number | null) => (value === null ? "–" : format(value)),
          })),
        ],
      },
      [times, ...series.map(({ values }) => values)],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, series, format, range, language, theme, t]);
  return <figure ref={box} className={classes.chart} aria-label={label} />;
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
