/**
 * The page of a list: its heading and how many there are, what it is searched by, what to do where there is nothing, and the table.
 *
 * What is done first with a list ("Create an app") stands in its heading, and where the list is empty, in its middle.
 */
import type { ReactNode } from "react";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Empty } from "./empty";
import { FailureNote } from "./failure";
import { SearchField } from "./field";
import type { IconName } from "./icon";
import classes from "./list-page.module.css";
import { Page } from "./page";

const words = texts({
  search: ["Search by name", "按名称搜索"],
});

/** How a list speaks of its things. */
export interface ListWords {
  title: string;
  total: (n: number) => string;
  /** Nothing is there yet, and what to do first. */
  none: string;
  noneWhy: string;
  /** Nothing fits what is searched for. */
  nothing: string;
  nothingWhy: string;
}

interface Props {
  words: ListWords;
  icon: IconName;
  /** How many fit; `undefined` until that is known. */
  total: number | undefined;
  error: unknown;
  retry: () => void;
  name: string;
  onName: (name: string) => void;
  /** Filters beside the search. */
  filters?: ReactNode;
  /** Whether a search or a filter leaves things out. */
  isFiltered: boolean;
  /** What is done with the list, for whoever may. */
  action?: ReactNode;
  /** The table. */
  children: ReactNode;
}

export function ListPage({ words: own, icon, total, error, retry, name, onName, ...rest }: Props) {
  const t = useTexts(words);
  const { filters, isFiltered, action, children } = rest;
  const isEmpty = total === 0;
  return (
    <Page
      title={own.title}
      about={total === undefined ? " " : own.total(total)}
      actions={isEmpty && !isFiltered ? null : action}
    >
      <search className={classes.filters}>
        <SearchField label={t.search} value={name} onChange={onName} />
        {filters}
      </search>
      {Boolean(error) && <FailureNote error={error} retry={retry} />}
      {isEmpty ? (
        <Empty icon={icon} title={isFiltered ? own.nothing : own.none} action={isFiltered ? null : action}>
          {isFiltered ? own.nothingWhy : own.noneWhy}
        </Empty>
      ) : (
        !(error && total === undefined) && children
      )}
    </Page>
  );
}
