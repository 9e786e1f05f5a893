/**
 * A table of things: dense rows on a wide screen, one card a row on a narrow one, the same for who listens to it.
 *
 * The first column names the thing; with `to`, the whole row leads to its page. Rows out of sight are not laid out, so a thousand
 * stay smooth; longer lists come page by page (`More`).
 */
import type { CSSProperties, ReactNode } from "react";
import { Link } from "wouter";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { Skeleton } from "./empty";
import classes from "./table.module.css";

const words = texts({
  more: ["Show more", "显示更多"],
});

export interface Column<T> {
  /** Its heading; an empty one for actions. */
  title: string;
  /** A width of CSS grid, for example `minmax(10rem, 2fr)` or `7rem`. */
  width: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  right?: boolean;
  /** Left out where there is little room. */
  extra?: boolean;
}

interface Props<T> {
  /** What the table lists, for those who cannot see it. */
  label: string;
  columns: Column<T>[];
  rows: readonly T[] | undefined;
  keyOf: (row: T) => string;
  to?: (row: T) => string;
  /** What stands below the rows. */
  foot?: ReactNode;
}

export function Table<T>({ label, columns, rows, keyOf, to, foot }: Props<T>) {
  const style = { "--columns": columns.map((column) => column.width).join(" ") } as CSSProperties;
  const narrow = {
    "--columns-narrow": columns
      .filter((column) => !column.extra)
      .map((column) => column.width)
      .join(" "),
  };
  return (
    <div className={classes.frame}>
      {/* biome-ignore-start lint/a11y/useSemanticElements: a table element that is laid out as cards is no table to a screen reader. */}
      {/* biome-ignore-start lint/a11y/useFocusableInteractive: rows of a table are read, not operated. */}
      <div
        role="table"
        aria-label={label}
        aria-busy={rows === undefined}
        className={classes.table}
        style={{ ...style, ...narrow }}
      >
        <div role="rowgroup" className={classes.heads}>
          <div role="row" className={classes.row}>
            {columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
              <div role="columnheader" key={index} className={classOf(column)}>
                {column.title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup">
          {rows?.map((row) => (
            <div
              role="row"
              key={keyOf(row)}
              className={`${classes.row} ${classes.body} ${to ? classes.leads : ""}`}
            >
              {columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
                <div role="cell" key={index} data-title={column.title} className={classOf(column)}>
                  {index === 0 && to ? (
                    <Link href={to(row)} className={classes.lead}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
      {/* biome-ignore-end lint/a11y/useFocusableInteractive: above. */}
      {/* biome-ignore-end lint/a11y/useSemanticElements: above. */}
      {rows === undefined && (
        <div className={classes.loading}>
          <Skeleton lines={6} />
        </div>
      )}
      {foot}
    </div>
  );
}

const classOf = (column: { right?: boolean; extra?: boolean }) =>
  `${classes.cell} ${column.right ? classes.right : ""} ${column.extra ? classes.extra : ""}`;

/** Below a table that goes on. */
export function More({ onPress, busy }: { onPress: () => void; busy: boolean }) {
  const t = useTexts(words);
  return (
    <div className={classes.more}>
      <Button kind="quiet" onPress={onPress} isPending={busy}>
        {t.more}
      </Button>
    </div>
  );
}
