/** The audit trail: who changed what, who signed in, which management calls were refused; of the project, or of the domain. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Badge, type Tone } from "../../components/badge";
import { Button } from "../../components/button";
import { Empty } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { SearchField, Select } from "../../components/field";
import { Moment } from "../../components/moment";
import { Page } from "../../components/page";
import { type Column, More, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { projectPath, useAnyProject } from "../../session/project";
import type { SessionProject } from "../../session/shape";
import classes from "./audit.module.css";
import { thingName, useOperationName, useThingKind } from "./operations";

const words = texts({
  title: ["Audit", "审计"],
  about: [
    "Who changed what in this project, and which management calls were refused. Newest first.",
    "谁在本项目中修改了什么，以及哪些管理操作被拒绝。最新的在前。",
  ],
  domainTitle: ["Audit of the domain", "账号审计"],
  aboutDomain: [
    "Who signed in, who changed users, roles and projects, and everything in the projects' audits. Newest first.",
    "登录记录、用户、角色与项目的变更，以及各项目的全部审计记录。最新的在前。",
  ],
  user: ["User or app", "用户或应用"],
  thing: ["Resource: name or id", "资源：名称或 ID"],
  result: ["Result", "结果"],
  any: ["Any result", "全部结果"],
  done: ["Done only", "仅成功的操作"],
  refused: ["Refused only", "仅被拒绝的操作"],
  operation: ["Operation", "操作"],
  what: ["Resource", "资源"],
  changed: ["Changed", "变更内容"],
  caller: ["By", "操作者"],
  source: ["From", "来源地址"],
  when: ["When", "时间"],
  change: ["Done", "成功"],
  sign_in: ["Signed in", "登录"],
  refusal: ["Refused", "拒绝"],
  none: ["Nothing recorded yet", "还没有审计记录"],
  noneWhy: [
    "Every change through the management API, the command line or this console is recorded here.",
    "通过管理 API、命令行或控制台进行的每一次变更都会记录在这里。",
  ],
  nothing: ["No matching records", "没有符合条件的记录"],
  nothingWhy: ["Remove a filter.", "请去掉部分筛选条件。"],
  clear: ["Clear all filters", "清除全部筛选"],
});

type Record = Schemas["AuditShown"];
const PAGE = 100;
const ANY = "any";
const FILTERS = ["user", "thing", "refused"] as const;

/** Of the project. */
export default function ProjectAudit() {
  return <Trail project={useAnyProject()} />;
}

/** Of the whole domain. */
export function DomainAudit() {
  return <Trail project={null} />;
}

function Trail({ project }: { project: SessionProject | null }) {
  const t = useTexts(words);
  const [filter, choose] = useChoices(FILTERS);
  const trail = useTrail(project, filter);
  const rows = trail.data?.pages.flatMap((page) => page.records);
  const isFiltered = FILTERS.some((name) => filter[name] !== "");
  return (
    <Page title={project ? t.title : t.domainTitle} about={project ? t.about : t.aboutDomain}>
      <search className={classes.filters}>
        <SlowField label={t.user} value={filter.user} onChange={(user) => choose({ user })} />
        <SlowField label={t.thing} value={filter.thing} onChange={(thing) => choose({ thing })} />
        <Select
          label={t.result}
          bare
          options={[
            { value: ANY, label: t.any },
            { value: "false", label: t.done },
            { value: "true", label: t.refused },
          ]}
          value={filter.refused || ANY}
          onChange={(one) => choose({ refused: one === ANY ? "" : one })}
        />
      </search>
      {trail.error && <FailureNote error={trail.error} retry={() => void trail.refetch()} />}
      {rows?.length === 0 ? (
        <Empty
          icon="audit"
          title={isFiltered ? t.nothing : t.none}
          action={
            isFiltered && (
              <Button onPress={() => choose({ user: "", thing: "", refused: "" })}>{t.clear}</Button>
            )
          }
        >
          {isFiltered ? t.nothingWhy : t.noneWhy}
        </Empty>
      ) : (
        !(trail.error && !rows) && (
          <Records
            project={project}
            rows={rows}
            foot={
              trail.hasNextPage && (
                <More busy={trail.isFetchingNextPage} onPress={() => void trail.fetchNextPage()} />
              )
            }
          />
        )
      )}
    </Page>
  );
}

function useTrail(project: SessionProject | null, filter: { user: string; thing: string; refused: string }) {
  return useInfiniteQuery({
    queryKey: ["audit", project?.id ?? "", filter],
    queryFn: ({ pageParam }) => {
      const query = {
        limit: PAGE,
        ...(pageParam ? { before: pageParam } : {}),
        ...(filter.user ? { user: filter.user } : {}),
        ...(filter.thing ? { thing: filter.thing } : {}),
        ...(filter.refused ? { refused: filter.refused === "true" } : {}),
      };
      return project
        ? ask(
            api.GET("/adyton/v1/{project_id}/audit", {
              params: { path: { project_id: project.id }, query },
            }),
          )
        : ask(api.GET("/adyton/v1/audit", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  });
}

/** Is asked once it is typed to its end: the server compares whole names. */
function SlowField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), 400);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <SearchField label={label} value={typed} onChange={setTyped} />;
}

const TONES: { [kind: string]: Tone } = { change: "ok", sign_in: "idle", refusal: "warn" };

interface RecordsProps {
  project: SessionProject | null;
  rows: Record[] | undefined;
  foot: React.ReactNode;
}

function Records({ project, rows, foot }: RecordsProps) {
  const t = useTexts(words);
  const kindOf = useThingKind();
  const operationName = useOperationName();
  const columns: Column<Record>[] = [
    {
      title: t.operation,
      width: "minmax(9rem, 1.4fr)",
      cell: (row) => operationName(row.operation, row.method, row.path),
    },
    {
      title: t.result,
      width: "8.5rem",
      cell: (row) => (
        <Badge tone={TONES[row.kind] ?? "idle"} title={row.refusal?.message}>
          {row.kind === "refusal" ? row.refusal?.code || t.refusal : t[row.kind as "change"]}
        </Badge>
      ),
    },
    {
      title: t.what,
      width: "minmax(8rem, 1.4fr)",
      cell: (row) =>
        row.thing && (
          <>
            {kindOf(row.thing.kind)} <bdi>{thingName(row.thing)}</bdi>
          </>
        ),
    },
    {
      title: t.changed,
      width: "minmax(7rem, 1.4fr)",
      extra: true,
      cell: (row) => <code>{row.changes.map((change) => change.field).join(", ")}</code>,
    },
    {
      title: t.caller,
      width: "minmax(6rem, 1fr)",
      cell: (row) => row.caller && <bdi>{row.caller.name || row.caller.id}</bdi>,
    },
    { title: t.source, width: "8rem", extra: true, cell: (row) => <code>{row.source}</code> },
    { title: t.when, width: "7.5rem", right: true, cell: (row) => <Moment at={row.time} exact /> },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.number}
      to={(row) => (project ? projectPath(project, `audit/${row.request_id}`) : `/audit/${row.request_id}`)}
      foot={foot}
    />
  );
}
