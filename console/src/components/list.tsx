/** A short list in a box: what each thing is called takes the room that there is, what is said of it and done with it follows. */
import type { ReactNode } from "react";
import classes from "./list.module.css";

export function List({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}

export function Item({ name, children }: { name: ReactNode; children?: ReactNode }) {
  return (
    <li className={classes.item}>
      <div className={classes.grow}>{name}</div>
      {children}
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
