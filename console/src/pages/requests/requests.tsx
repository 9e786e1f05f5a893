/** The journal of a project: every call, newest first, with filters that stand in the address. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Badge, Chip, toneOfHttp } from "../../components/badge";
import { Button } from "../../components/button";
import { Empty } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Switch } from "../../components/field";
import { Moment } from "../../components/moment";
import { Page } from "../../components/page";
import { type Column, More, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useLive } from "../../live/live";
import { useChoices } from "../../routing/choices";
import { projectPath, useProject } from "../../session/project";
import { span } from "../../time/format";
import { RequestFilters } from "./filters";
import { fits, withNew } from "./live-rows";
import { askJournal, FILTERS, type JournalPage, type RequestFilter, useServices } from "./questions";
import { useRequestLine } from "./request-line";
import classes from "./requests.module.css";
import { type JournalRow, pathBelow } from "./shapes";

const words = texts({
  title: ["Requests", "请求"],
  about: [
    "Every call to the project's services, answered or refused. Paste a request id anywhere to open its explanation.",
    "对本项目服务的每一次调用，无论成功还是被拒绝。在任意页面粘贴请求 ID 即可查看其解释。",
  ],
  live: ["Live", "实时更新"],
  request: ["Request", "请求"],
  answer: ["Answer", "响应"],
  reason: ["Cause", "原因"],
  service: ["Service", "服务"],
  caller: ["Caller", "调用方"],
  took: ["Took", "耗时"],
  when: ["When", "时间"],
  byModel: ["by the model", "由模型响应"],
  byGateway: ["by the gateway", "由网关响应"],
  none: ["No requests yet", "还没有请求"],
  noneWhy: [
    "Call a service at its API address: each call appears here within a moment, with its steps in the gateway.",
    "调用服务的 API 地址后，每次调用都会立即出现在这里，并显示其在网关中的处理过程。",
  ],
  nothing: ["No matching requests", "没有符合条件的请求"],
  nothingWhy: ["Remove a filter, or extend the time range.", "请去掉部分筛选条件，或扩大时间范围。"],
  clear: ["Clear all filters", "清除全部筛选"],
});

/** What came while the stream was being opened is found by asking again now and then. */
const EVERY = 30_000;
/** Rows that come at once are shown at once. */
const TOGETHER = 200;

export default function RequestsPage() {
  const t = useTexts(words);
  const [filter, choose] = useChoices(FILTERS);
  const [isLive, setLive] = useState(true);
  const journal = useJournal(filter, isLive);
  const rows = useMemo(() => journal.data?.pages.flatMap((page) => page.requests), [journal.data]);
  const isFiltered = FILTERS.some((name) => filter[name] !== "");
  const clear = () => choose(Object.fromEntries(FILTERS.map((name) => [name, ""])));
  return (
    <Page
      title={t.title}
      about={t.about}
      actions={<Switch label={t.live} isSelected={isLive} onChange={setLive} />}
    >
      <RequestFilters filter={filter} choose={choose} />
      {journal.error && <FailureNote error={journal.error} retry={() => void journal.refetch()} />}
      {rows?.length === 0 ? (
        <Empty
          icon="requests"
          title={isFiltered ? t.nothing : t.none}
          action={isFiltered && <Button onPress={clear}>{t.clear}</Button>}
        >
          {isFiltered ? t.nothingWhy : t.noneWhy}
        </Empty>
      ) : (
        !(journal.error && !rows) && (
          <RequestTable
            rows={rows}
            foot={
              journal.hasNextPage && (
                <More busy={journal.isFetchingNextPage} onPress={() => void journal.fetchNextPage()} />
              )
            }
          />
        )
      )}
    </Page>
  );
}

function useJournal(filter: RequestFilter, isLive: boolean) {
  const project = useProject();
  useNewRows(filter, isLive);
  return useInfiniteQuery({
    queryKey: ["requests", project.id, filter],
    queryFn: ({ pageParam }) => askJournal(project, filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    // Whoever reads further back is not moved away from what they read.
    refetchInterval: ({ state }) => (isLive && (state.data?.pages.length ?? 0) <= 1 ? EVERY : false),
  });
}

/** Puts requests into the list as they end. */
function useNewRows(filter: RequestFilter, isLive: boolean): void {
  const project = useProject();
  const client = useQueryClient();
  const queryKey = ["requests", project.id, filter];
  const waiting = useRef<JournalRow[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = () => {
    timer.current = undefined;
    const rows = waiting.current.splice(0).filter((row) => fits(row, filter));
    if (rows.length === 0) return;
    client.setQueryData<InfiniteData<JournalPage>>(
      queryKey,
      (data) => data && { ...data, pages: withNew(data.pages, rows) },
    );
  };
  const again = () => void client.invalidateQueries({ queryKey });
  useLive(
    isLive ? project.id : null,
    { ...(filter.service ? { services: [filter.service] } : {}) },
    {
      request: (row) => {
        waiting.current.push(row as JournalRow);
        timer.current ??= setTimeout(show, TOGETHER);
      },
      more: again,
      resumed: again,
    },
  );
}

export function RequestTable({ rows, foot }: { rows: JournalRow[] | undefined; foot?: React.ReactNode }) {
  const t = useTexts(words);
  const project = useProject();
  const services = useServices();
  const requestLine = useRequestLine();
  const columns: Column<JournalRow>[] = [
    {
      title: t.request,
      width: "minmax(11rem, 3fr)",
      cell: (row) =>
        row.method || row.path ? (
          <span className={classes.line} title={`${row.method} ${row.path}`}>
            {row.method && <Chip mono>{row.method}</Chip>}{" "}
            <bdi>{row.service ? pathBelow(row.path) : row.path}</bdi>
          </span>
        ) : (
          requestLine(row.method, row.path)
        ),
    },
    {
      title: t.answer,
      width: "9.5rem",
      cell: (row) => (
        <Badge tone={toneOfHttp(row.status)}>
          {row.status} {row.error_code ?? ""}
        </Badge>
      ),
    },
    {
      title: t.reason,
      width: "minmax(9rem, 2fr)",
      extra: true,
      cell: (row) =>
        row.reason ? <code>{row.reason}</code> : row.answered_by === "model" ? t.byModel : t.byGateway,
    },
    {
      title: t.service,
      width: "minmax(6rem, 1fr)",
      cell: (row) => row.service && <bdi>{services.get(row.service) ?? row.service}</bdi>,
    },
    {
      title: t.caller,
      width: "minmax(4rem, 1fr)",
      extra: true,
      cell: (row) => row.caller && <bdi>{row.caller.name ?? row.caller.id}</bdi>,
    },
    { title: t.took, width: "4.5rem", right: true, cell: (row) => span(row.took_us / 1000) },
    { title: t.when, width: "6.5rem", right: true, cell: (row) => <Moment at={row.time} exact /> },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      to={(row) => projectPath(project, `requests/${row.id}`)}
      foot={foot}
    />
  );
}
