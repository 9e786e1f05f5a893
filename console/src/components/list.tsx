/** A short list in a box: what each thing is called takes the room that there is, what is said of it and done with it follows. */
import type { ReactNode } from "react";
import classes from "./list.module.css";

export function List({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}

interface ItemProps {
  name: ReactNode;
  /** What stands below all else, as wide as the box. */
  below?: ReactNode;
  children?: ReactNode;
}

export function Item({ name, below, children }: ItemProps) {
  return (
    <li className={classes.item}>
      <div className={classes.grow}>{name}</div>
      {children}
      {below && <div className={classes.below}>{below}</div>}
    </li>
  );
}

/** What is less important than the name. */
export function Detail({ children }: { children: ReactNode }) {
  return <span className={classes.detail}>{children}</span>;
}

/** In place of a list that is empty. */
export function None({ children }: { children: ReactNode }) {
  return <p className={classes.none}>{children}</p>;
}
