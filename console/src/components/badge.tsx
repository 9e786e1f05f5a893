/** A state, as a coloured dot and a word: never by colour alone. */
import type { ReactNode } from "react";
import classes from "./badge.module.css";
import tones from "./tone.module.css";

export type Tone = "ok" | "warn" | "bad" | "busy" | "idle";

export function Badge({
  tone,
  children,
  title,
}: {
  tone: Tone;
  children: ReactNode;
  title?: string | undefined;
}) {
  return (
    <span
      className={`${classes.badge} ${tones[tone]} ${tone === "busy" ? classes.moving : ""}`}
      title={title}
    >
      <span className={classes.dot} />
      {children}
    </span>
  );
}

interface ChipProps {
  children: ReactNode;
  mono?: boolean;
  /** What people typed may need several lines. */
  long?: boolean;
}

/** A small box around a word: a role, a version, a method. */
export function Chip({ children, mono = false, long = false }: ChipProps) {
  return (
    <span className={`${classes.chip} ${mono ? classes.mono : ""} ${long ? classes.long : ""}`}>
      {children}
    </span>
  );
}

export function toneOfHttp(status: number): Tone {
  if (status < 300) return "ok";
  if (status < 400) return "busy";
  return status < 500 ? "warn" : "bad";
}
