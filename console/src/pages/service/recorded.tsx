/** What became of a service's requests over time: calls, failures by code, latency, instances and what they take. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { api, ask } from "../../api/client";
import { every } from "../../api/query";
import { CallFigures } from "../../components/call-figures";
import type { Band, Series, Tint } from "../../components/chart";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Select } from "../../components/field";
import { Section } from "../../components/page";
import { useLanguage, useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { count, size, span } from "../../time/format";
import classes from "./recorded.module.css";
import type { Service } from "./service-query";
import { failuresOf, type Lines, linesOf, type Metrics, RANGES, type Range } from "./steps-of-time";

const Chart = lazy(() => import("../../components/chart").then(({ Chart }) => ({ default: Chart })));

const words = texts({
  range: ["Range", "时间范围"],
  "5m": ["Last 5 minutes", "最近 5 分钟"],
  "1h": ["Last hour", "最近 1 小时"],
  "24h": ["Last 24 hours", "最近 24 小时"],
  "7d": ["Last 7 days", "最近 7 天"],
  calls: ["Calls", "调用次数"],
  failed: ["Failed", "失败次数"],
  latency: ["Latency", "时延"],
  instances: ["Instances ready", "就绪实例数"],
  codes: ["Failures by code", "按错误码统计的失败"],
  cpu: ["CPU per instance, % of a core", "每个实例的 CPU（单核百分比）"],
  memory: ["Memory per instance", "每个实例的内存"],
  unused: ["No instance used any in this period.", "这段时间内没有实例占用资源。"],
  inServer: [
    "Models in the server process share its memory and have no figures of their own.",
    "运行在服务器进程内的模型共用服务器的内存，没有单独的内存数据。",
  ],
  others: filled(
    (count: string) => `${count} others`,
    (count: string) => `其他 ${count} 个`,
  ),
  total: ["In this period", "该时段内"],
  none: ["Nothing failed.", "没有失败的调用。"],
});

export function Recorded({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const [path, navigate] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get("range");
  const range: Range = RANGES.find((one) => one === wanted) ?? "1h";
  const metrics = useQuery({
    queryKey: ["metrics", project.id, service.service_id, range],
    queryFn: () =>
      ask(
        api.GET("/adyton/v1/{project_id}/services/{service_id}/metrics", {
          params: { path: { project_id: project.id, service_id: service.service_id }, query: { range } },
        }),
      ),
    placeholderData: keepPreviousData,
    ...every(range === "5m" ? 5_000 : 30_000),
  });
  return (
    <>
      <div className={classes.range}>
        <Select
          label={t.range}
          bare
          value={range}
          onChange={(value) => navigate(`${path}?range=${value}`, { replace: true })}
          options={RANGES.map((value) => ({ value, label: t[value] }))}
        />
      </div>
      {metrics.error && <FailureNote error={metrics.error} retry={() => void metrics.refetch()} />}
      {!metrics.data && !metrics.error && <Skeleton lines={8} />}
      {metrics.data && <Charts metrics={metrics.data} />}
    </>
  );
}

function Charts({ metrics }: { metrics: Metrics }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const lines = useMemo(() => linesOf(metrics), [metrics]);
  const failures = failuresOf(metrics);
  const { total } = metrics;
  const calls = useMemo<Series[]>(
    () => [
      { name: t.calls, tint: "accent", values: lines.calls },
      { name: t.failed, tint: "bad", values: lines.failed },
    ],
    [lines, t],
  );
  const latency = useMemo<Series[]>(
    () => [
      { name: "p50", tint: "accent", values: lines.p50 },
      { name: "p95", tint: "warn", values: lines.p95 },
      { name: "p99", tint: "bad", values: lines.p99, dashed: true },
    ],
    [lines],
  );
  const instances = useMemo<Series[]>(
    () => [{ name: t.instances, tint: "busy", values: lines.instances }],
    [lines, t],
  );
  const cpu = useMemo<Series[]>(
    () => lines.usage.map(({ id, cpu }, at) => ({ name: shortId(id), tint: tintOf(at), values: cpu })),
    [lines],
  );
  const memory = useMemo<Series[]>(
    () =>
      lines.usage
        .map(({ id, memory }, at) => ({ name: shortId(id), tint: tintOf(at), values: memory }))
        .filter(({ values }) => values.some((value) => value !== null)),
    [lines],
  );
  const others = useMemo(() => {
    if (!lines.others) return null;
    const name = t.others(count(lines.others.count, language));
    return { cpu: { name, ...lines.others.cpu }, memory: { name, ...lines.others.memory } };
  }, [lines, t, language]);
  return (
    <>
      <CallFigures label={t.total} of={total} />
      <div className={classes.charts}>
        <Panel title={t.calls} lines={lines} series={calls} format={whole} marks="whole" />
        <Panel title={t.latency} lines={lines} series={latency} format={span} />
        <Panel title={t.instances} lines={lines} series={instances} format={whole} marks="whole" />
        {cpu.length > 0 ? (
          <Panel title={t.cpu} lines={lines} series={cpu} band={others?.cpu} format={percent} />
        ) : (
          <Nothing title={t.cpu} said={t.unused} />
        )}
        {memory.length > 0 ? (
          <Panel
            title={t.memory}
            lines={lines}
            series={memory}
            band={others?.memory}
            format={size}
            marks="binary"
          />
        ) : (
          <Nothing title={t.memory} said={cpu.length > 0 ? t.inServer : t.unused} />
        )}
        <Section title={t.codes}>
          {failures.length === 0 ? (
            <Quiet>{t.none}</Quiet>
          ) : (
            <ul className={`${classes.panel} ${classes.codes}`}>
              {failures.map(({ code, count: times }) => (
                <li key={code}>
                  {/^[A-Za-z]/.test(code) ? (
                    <Link href={`/errors/${code}`}>{code}</Link>
                  ) : (
                    <code>{code}</code>
                  )}
                  <meter min={0} max={total.failed} value={times} aria-hidden="true" />
                  <span>{count(times, language)}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}

const tintOf = (at: number): Tint =>
  (["line-1", "line-2", "line-3", "line-4", "line-5"] as const)[at] ?? "line-6";

/** As the command line shortens it in logs. */
export const shortId = (id: string) => id.slice(0, 8);

export const percent = (value: number) => {
  const digits = value === 0 || value >= 9.95 ? 0 : value >= 0.995 ? 1 : 2;
  return `${value.toFixed(digits)} %`;
};

function Nothing({ title, said }: { title: string; said: string }) {
  return (
    <Section title={title}>
      <Quiet>{said}</Quiet>
    </Section>
  );
}

/** In place of a chart. */
function Quiet({ children }: { children: string }) {
  return <p className={`${classes.panel} ${classes.none}`}>{children}</p>;
}

const whole = (value: number) => (Number.isInteger(value) ? value.toLocaleString("en") : "");

interface PanelProps {
  title: string;
  lines: Lines;
  series: Series[];
  band?: Band | undefined;
  format: (value: number) => string;
  marks?: "whole" | "binary";
}

function Panel({ title, lines, ...rest }: PanelProps): ReactNode {
  return (
    <Section title={title}>
      <div className={classes.panel}>
        <Suspense fallback={<Skeleton lines={5} />}>
          <Chart label={title} times={lines.times} range={lines.range} {...rest} />
        </Suspense>
      </div>
    </Section>
  );
}
