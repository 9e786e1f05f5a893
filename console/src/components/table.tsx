/**
 * A table of things: dense rows on a wide screen, one card a row on a narrow one, the same for who listens to it.
 *
 * The first column names the thing; with `to`, the whole row leads to its page. However many rows there are, only those near what is
 * seen are in the page (`window.tsx`): `Table` has all of its rows, `PagedTable` fetches them a page at a time, as they are scrolled to.
 */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type CSSProperties, memo, type ReactNode, useEffect, useRef } from "react";
import { Link } from "wouter";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { Skeleton } from "./empty";
import { FailureNote } from "./failure";
import type { Pages } from "./pages";
import classes from "./table.module.css";
import { type RowHeight, USUAL_HEIGHT, Window } from "./window";

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

interface Rows<T> {
  columns: Column<T>[];
  keyOf: (row: T) => string;
  to?: (row: T) => string;
}

interface FrameProps<T> extends Rows<T> {
  /** What the table lists, for those who cannot see it. */
  label: string;
  /** How many rows there are, seen or not; `undefined` while that is not known. */
  count: number | undefined;
  /** What stands below the rows. */
  foot?: ReactNode;
  children: ReactNode;
}

/** As many rows come and go together. */
const TOGETHER = 50;
/** Tables of so many groups are in the page as a whole. */
const SHORT = 2;

/** A table of rows that are all here. */
export function Table<T>({
  rows,
  ...rest
}: Rows<T> & { label: string; rows: readonly T[] | undefined; foot?: ReactNode }) {
  const height = useRef(USUAL_HEIGHT);
  const groups = Math.ceil((rows?.length ?? 0) / TOGETHER);
  return (
    <Frame {...rest} count={rows?.length}>
      {Array.from({ length: groups }, (_, index) => {
        const from = index * TOGETHER;
        const own = rows?.slice(from, from + TOGETHER) ?? [];
        return (
          <Window
            // biome-ignore lint/suspicious/noArrayIndexKey: a group is what stands at its place.
            key={index}
            rows={own.length}
            height={height}
            first={index < SHORT}
            stays={groups <= SHORT}
            className={classes.group}
            isWhole
          >
            {() => <Body {...rest} rows={own} from={from} />}
          </Window>
        );
      })}
    </Frame>
  );
}

/** A table whose rows are fetched when they are scrolled to. */
export function PagedTable<T>({ pages, ...rest }: Rows<T> & { label: string; pages: Pages<T> }) {
  const height = useRef(USUAL_HEIGHT);
  const { total, size } = pages;
  return (
    <Frame {...rest} count={total}>
      {Array.from({ length: Math.ceil((total ?? 0) / size) }, (_, index) => (
        <PageOfRows
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is what stands at its place.
          key={index}
          {...rest}
          pages={pages}
          index={index}
          count={Math.min(size, (total ?? 0) - index * size)}
          height={height}
        />
      ))}
    </Frame>
  );
}

interface PageProps<T> extends Rows<T> {
  pages: Pages<T>;
  index: number;
  count: number;
  height: RowHeight;
}

function PageOfRows<T>({ pages, index, count, height, ...rest }: PageProps<T>) {
  // What is known of a page is read by whoever holds its place; it is asked for by what is in the place.
  const known = useQuery({ ...pages.of(index), enabled: false });
  return (
    <Window
      rows={count}
      height={height}
      first={index === 0}
      stays={(pages.total ?? 0) <= pages.size}
      className={classes.group}
      isWhole={known.data !== undefined}
    >
      {() => <Fetched {...rest} pages={pages} index={index} />}
    </Window>
  );
}

function Fetched<T>({ pages, index, ...rest }: Rows<T> & { pages: Pages<T>; index: number }) {
  const { data, error, refetch } = useQuery({ ...pages.of(index), placeholderData: keepPreviousData });
  if (data) return <Body {...rest} rows={data.rows} from={index * pages.size} />;
  // The first page's is told above the table.
  return error && index > 0 ? (
    <RowOfItsOwn>
      <FailureNote error={error} retry={() => void refetch()} />
    </RowOfItsOwn>
  ) : null;
}

function RowOfItsOwn({ children }: { children: ReactNode }) {
  return (
    // biome-ignore-start lint/a11y: as in `Body`.
    <div role="row">
      <div role="cell">{children}</div>
    </div>
    // biome-ignore-end lint/a11y: above.
  );
}

function Frame<T>({ label, columns, count, foot, children }: FrameProps<T>) {
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
        aria-busy={count === undefined}
        // With its heading.
        aria-rowcount={count === undefined ? -1 : count + 1}
        className={classes.table}
        style={{ ...style, ...narrow }}
      >
        <div role="rowgroup" className={classes.heads}>
          <div role="row" aria-rowindex={1} className={classes.row}>
            {columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
              <div role="columnheader" key={index} className={classOf(column)}>
                {column.title}
              </div>
            ))}
          </div>
        </div>
        {children}
      </div>
      {/* biome-ignore-end lint/a11y/useFocusableInteractive: above. */}
      {/* biome-ignore-end lint/a11y/useSemanticElements: above. */}
      {count === undefined && (
        <div className={classes.loading}>
          <Skeleton lines={6} />
        </div>
      )}
      {foot}
    </div>
  );
}

function Body<T>({ columns, rows, from, keyOf, to }: Rows<T> & { rows: readonly T[]; from: number }) {
  return rows.map((row, place) => (
    // biome-ignore-start lint/a11y/useSemanticElements: a table element that is laid out as cards is no table to a screen reader.
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows of a table are read, not operated.
    <div
      role="row"
      key={keyOf(row)}
      aria-rowindex={from + place + 2}
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
    // biome-ignore-end lint/a11y/useFocusableInteractive: above.
    // biome-ignore-end lint/a11y/useSemanticElements: above.
  ));
}

const classOf = (column: { right?: boolean; extra?: boolean }) =>
  `${classes.cell} ${column.right ? classes.right : ""} ${column.extra ? classes.extra : ""}`;

/** Below a table that goes on: pressed by whoever scrolls to it. */
export const More = memo(function More({ onPress, busy }: { onPress: () => void; busy: boolean }) {
  const t = useTexts(words);
  const place = useRef<HTMLDivElement>(null);
  const press = useRef(onPress);
  press.current = onPress;
  useEffect(() => {
    const element = place.current;
    if (!element || busy || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) press.current();
      },
      { rootMargin: "50% 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [busy]);
  return (
    <div ref={place} className={classes.more}>
      <Button kind="quiet" onPress={onPress} isPending={busy}>
        {t.more}
      </Button>
    </div>
  );
});
