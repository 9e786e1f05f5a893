/** A row of figures that are read at a glance: large, each with its name; one that leads somewhere is a link. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import classes from "./figures.module.css";
import tones from "./tone.module.css";

export interface Figure {
  name: string;
  value: ReactNode;
  tone?: "ok" | "warn" | "bad" | "busy" | undefined;
  to?: string;
}

export function Figures({ label, figures }: { label: string; figures: Figure[] }) {
  return (
    <ul className={classes.figures} aria-label={label}>
      {figures.map(({ name, value, tone, to }) => {
        const both = (
          <>
            <span className={`${classes.value} ${tone ? tones[tone] : ""}`}>{value}</span>
            {name}
          </>
        );
        return (
          <li key={name}>
            {to ? (
              <Link href={to} className={classes.cell}>
                {both}
              </Link>
            ) : (
              <div className={classes.cell}>{both}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
