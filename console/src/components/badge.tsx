/** A state, as a coloured dot and a word: never by colour alone. */
import type { ReactNode } from "react";
import classes from "./badge.module.css";

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
    <span className={`${classes.badge} ${classes[tone]}`} title={title}>
      <span className={classes.dot} />
      {children}
    </span>
  );
}

/** A small box around a word: a role, a version, a method. */
export function Chip({ children, mono = false }: { children: ReactNode; mono?: boolean }) {
  return <span className={`${classes.chip} ${mono ? classes.mono : ""}`}>{children}</span>;
}

export function toneOfHttp(status: number): Tone {
  if (status < 300) return "ok";
  if (status < 400) return "busy";
  return status < 500 ? "warn" : "bad";
}
