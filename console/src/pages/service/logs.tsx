/** The newest lines of a service's log: what its instances printed, and what the server says of them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, ask } from "../../api/client";
import { Chip } from "../../components/badge";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { SearchField, Select, Switch } from "../../components/field";
import { useLanguage, useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { fullMoment } from "../../time/format";
import { addressOf, type Line, useFollowed } from "./followed";
import classes from "./logs.module.css";
import type { Service } from "./service-query";

const words = texts({
  title: ["Log", "日志"],
  search: ["Search the log", "搜索日志"],
  lines: ["Number of lines", "行数"],
  newest: filled(
    (n: number) => `Newest ${n.toLocaleString("en")} lines`,
    (n: number) => `最新 ${n} 行`,
  ),
  instance: ["Instance", "实例"],
  allInstances: ["All instances", "所有实例"],
  follow: ["Follow", "实时跟踪"],
  over: [
    "The log has ended: the service was deleted, or your session ended.",
    "日志已结束：服务已被删除，或会话已结束。",
  ],
  waiting: [
    "Other pages of this browser already follow as many logs as it can. Close one of them, or turn Follow off there, to follow this log.",
    "此浏览器的其他页面正在跟踪的日志已达上限。请关闭其中一个页面，或在其中关闭“实时跟踪”，以跟踪此日志。",
  ],
  missed: filled(
    (n: number) =>
      `${counted(n, "line", "lines")} are missing: the service prints faster than this page can read.`,
    (n: number) => `有 ${n} 行未能显示：服务输出日志的速度超过了页面的读取速度。`,
  ),
  found: filled(
    (n: number) => counted(n, "line", "lines"),
    (n: number) => `${n} 行`,
  ),
  none: ["No log lines", "没有日志"],
  noneWhy: [
    "What the model's program prints to standard output and standard error appears here, and the server's messages about its instances.",
    "模型程序的标准输出、标准错误，以及服务器关于实例的消息会显示在这里。",
  ],
  nothing: ["No matching lines", "没有匹配的日志"],
});

const COUNTS = [200, 1000, 10_000];
const ALL = "all";

export default function Logs({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const [lines, setLines] = useState(200);
  const [text, setText] = useState("");
  const [instance, setInstance] = useState(ALL);
  const [follow, setFollow] = useState(false);
  const wanted = useSettled(text.trim().toLowerCase());
  const filter = { instance: instance === ALL ? "" : instance, contains: wanted };
  const log = useQuery({
    queryKey: ["log", project.id, service.service_id, lines, filter],
    enabled: !follow,
    queryFn: () =>
      ask(
        api.GET("/adyton/v1/{project_id}/services/{service_id}/log", {
          params: {
            path: { project_id: project.id, service_id: service.service_id },
            query: { lines, instance: filter.instance || null, contains: wanted || null },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const followed = useFollowed(
    follow ? addressOf(project.id, service.service_id, lines, filter) : null,
    lines,
  );
  const shown = (follow && followed.lines) || log.data?.lines;
  const instances = useSeen(shown);
  const isFiltered = wanted !== "" || instance !== ALL;
  return (
    <>
      <search className={classes.filters}>
        <SearchField label={t.search} value={text} onChange={setText} />
        <Select
          label={t.instance}
          bare
          value={instance}
          onChange={setInstance}
          options={[
            { value: ALL, label: t.allInstances },
            ...instances.map((id) => ({ value: id, label: id.slice(0, 8) })),
          ]}
        />
        <Select
          label={t.lines}
          bare
          value={String(lines)}
          onChange={(value) => setLines(Number(value))}
          options={COUNTS.map((n) => ({ value: String(n), label: t.newest(n) }))}
        />
        <Switch label={t.follow} isSelected={follow} onChange={setFollow} />
        <span className={classes.count} role="status">
          {shown ? t.found(shown.length) : ""}
        </span>
      </search>
      {log.error && !follow && <FailureNote error={log.error} retry={() => void log.refetch()} />}
      {follow && followed.isOver && <p role="status">{t.over}</p>}
      {follow && followed.isWaiting && <p role="status">{t.waiting}</p>}
      {follow && followed.missed > 0 && <p role="status">{t.missed(followed.missed)}</p>}
      {!shown && !log.error && <Skeleton lines={8} />}
      {shown?.length === 0 && (
        <Empty icon="log" title={isFiltered ? t.nothing : t.none}>
          {!isFiltered && t.noneWhy}
        </Empty>
      )}
      {shown && shown.length > 0 && <Lines label={t.title} lines={shown} found={wanted} />}
    </>
  );
}

/** What is typed, once it has not changed for a moment: each is a question to the server. */
function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), 300);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}

/** The instances that had lines since the page was opened: a filter leaves the others to choose. */
function useSeen(lines: readonly Line[] | undefined): string[] {
  const seen = useRef(new Set<string>());
  return useMemo(() => {
    for (const line of lines ?? []) seen.current.add(line.instance_id);
    return [...seen.current].sort();
  }, [lines]);
}

/** Oldest first, as they were printed; the box begins at its end. */
function Lines({ label, lines, found }: { label: string; lines: readonly Line[]; found: string }) {
  const { language } = useLanguage();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard.
    <section aria-label={label} tabIndex={0} className={classes.box}>
      <ol>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and two may be alike.
          <li key={`${line.at}-${index}`} className={`${classes.line} ${classes[line.stream] ?? ""}`}>
            <time
              dateTime={line.at}
              title={`${fullMoment(Date.parse(line.at), language)} · ${line.instance_id}`}
            >
              {line.at.slice(11, 23)}
            </time>
            {line.stream !== "stdout" && <Chip mono>{line.stream}</Chip>}
            <span className={classes.text} dir="auto">
              <Marked text={line.text} found={found} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Marked({ text, found }: { text: string; found: string }) {
  const at = found ? text.toLowerCase().indexOf(found) : -1;
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + found.length)}</mark>
      {text.slice(at + found.length)}
    </>
  );
}
