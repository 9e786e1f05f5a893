/** Nothing here yet: what this is, and what to do first. */
import type { ReactNode } from "react";
import classes from "./empty.module.css";
import { Icon, type IconName } from "./icon";
import { inline } from "./prose";

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <Icon name={icon} className={classes.icon} />
      <h2>{title}</h2>
      {children && (
        <div className={classes.text}>{typeof children === "string" ? inline(children) : children}</div>
      )}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}

/** Grey bars in place of what is still loading. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className={classes.skeleton} aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars are all alike.
        <span key={line} />
      ))}
    </div>
  );
}
