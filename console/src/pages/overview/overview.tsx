/** How everything does, on one screen: the services by state, what was refused most in the last hour and why, what changed last. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Badge, Chip, toneOfHttp } from "../../components/badge";
import { LinkButton } from "../../components/button";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Moment } from "../../components/moment";
import { Page, Section } from "../../components/page";
import { Table } from "../../components/table";
import { useLanguage, useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { serverNow } from "../../time/clock";
import { count } from "../../time/format";
import { SERVICE_STATES, ServiceStatus, useStateName } from "../services/status";
import classes from "./overview.module.css";
import { type Cause, causesOf, type Row } from "./refusals";

const words = texts({
  title: ["Overview", "概览"],
  services: ["Services", "服务"],
  all: ["All services", "所有服务"],
  refused: ["Refused in the last hour", "最近一小时被拒绝的请求"],
  refusedWhy: filled(
    (n: number) => `By cause, among the newest ${n.toLocaleString("en")} refusals.`,
    (n: number) => `按原因统计最近 ${n} 次拒绝。`,
  ),
  cause: ["Cause", "原因"],
  code: ["Code", "错误码"],
  times: ["Times", "次数"],
  newest: ["Newest", "最近一次"],
  when: ["When", "时间"],
  nothingRefused: ["Nothing was refused", "没有被拒绝的请求"],
  nothingRefusedWhy: [
    "Whatever is refused in this project shows here, with its cause and the way out.",
    "本项目中被拒绝的请求会显示在这里，并说明原因和处理方法。",
  ],
  changed: ["Changed last", "最近更新"],
  none: ["No services yet", "还没有服务"],
  noneWhy: [
    "Import a model with `adyton model import`, then deploy it: it gets an API address, and shows here.",
    "先用 `adyton model import` 导入模型，再部署为服务，即可获得 API 地址并显示在这里。",
  ],
  deploy: ["Deploy a service", "部署服务"],
  caller: ["You may call the services of this project", "您可以调用本项目的服务"],
  callerWhy: [
    "Ask whoever runs a service for its API address. When a call of yours is refused, paste its request id or the whole answer here: it is explained.",
    "请向服务的维护者获取 API 地址。调用被拒绝时，把请求 ID 或整段响应粘贴到这里即可查看解释。",
  ],
});

/** Of so many services the states are counted here. */
const COUNTED = 1000;
const ROWS = 500;
const HOUR = 3_600_000;

export default function OverviewPage() {
  const t = useTexts(words);
  const may = useMay();
  return (
    <Page title={t.title}>
      {may("modelarts:service:list") ? (
        <Services />
      ) : (
        <Empty icon="send" title={t.caller}>
          {t.callerWhy}
        </Empty>
      )}
      {may("adyton:requests:list") && <Refused />}
    </Page>
  );
}

function Services() {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  const services = useQuery({
    queryKey: ["services", project.id, "overview"],
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services", {
          params: { path: { project_id: project.id }, query: { limit: COUNTED } },
        }),
      ),
    refetchInterval: 15_000,
  });
  if (services.error) return <FailureNote error={services.error} retry={() => void services.refetch()} />;
  if (!services.data) return <Skeleton lines={4} />;
  const all = services.data.services;
  if (all.length === 0) {
    const deploy = may("modelarts:service:create") && (
      <LinkButton kind="primary" icon="plus" to={projectPath(project, "services/new")}>
        {t.deploy}
      </LinkButton>
    );
    return (
      <Empty icon="cube" title={t.none} action={deploy}>
        {t.noneWhy}
      </Empty>
    );
  }
  const newest = [...all].sort((one, other) => changeOf(other) - changeOf(one)).slice(0, 6);
  return (
    <>
      <Section title={t.services}>
        <States services={all} />
      </Section>
      <Section title={t.changed} actions={<Link href={projectPath(project, "services")}>{t.all}</Link>}>
        <ul className={classes.changed}>
          {newest.map((service) => (
            <li key={service.service_id}>
              <Link href={projectPath(project, `services/${service.service_id}`)} className={classes.name}>
                <bdi>{service.service_name}</bdi>
              </Link>
              <ServiceStatus status={service.status} progress={service.progress} note={service.error_msg} />
              <span className={classes.when}>
                <Moment at={changeOf(service)} />
              </span>
              {service.error_msg && <p className={classes.why}>{service.error_msg}</p>}
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}

const changeOf = (service: Schemas["ServiceSummary"]) => Math.max(service.update_time, service.transition_at);

function States({ services }: { services: Schemas["ServiceSummary"][] }) {
  const project = useProject();
  const { language } = useLanguage();
  const nameOf = useStateName();
  return (
    <ul className={classes.states}>
      {SERVICE_STATES.map(
        (state) => [state, services.filter((service) => service.status === state).length] as const,
      )
        .filter(([state, n]) => n > 0 || state === "running" || state === "failed")
        .map(([state, n]) => (
          <li key={state} data-state={n > 0 ? state : undefined}>
            <Link href={projectPath(project, `services?status=${state}`)}>
              <span className={classes.number}>{count(n, language)}</span>
              {nameOf(state)}
            </Link>
          </li>
        ))}
    </ul>
  );
}

function Refused() {
  const t = useTexts(words);
  const project = useProject();
  const { language } = useLanguage();
  const refused = useQuery({
    queryKey: ["requests", project.id, "overview"],
    queryFn: async () => {
      const from = String(Math.round(serverNow() - HOUR));
      const of = (status: string) =>
        ask(
          api.GET("/adyton/v1/{project_id}/requests", {
            params: { path: { project_id: project.id }, query: { status, from, limit: ROWS } },
          }),
        );
      const pages = await Promise.all([of("4xx"), of("5xx")]);
      return pages.flatMap((page) => page.requests as unknown as Row[]);
    },
    refetchInterval: 30_000,
  });
  const causes = refused.data && causesOf(refused.data);
  const total = causes?.reduce((sum, cause) => sum + cause.count, 0) ?? 0;
  return (
    <Section title={t.refused} about={total > 0 && t.refusedWhy(total)}>
      {refused.error && <FailureNote error={refused.error} retry={() => void refused.refetch()} />}
      {causes?.length === 0 ? (
        <Empty icon="check" title={t.nothingRefused}>
          {t.nothingRefusedWhy}
        </Empty>
      ) : (
        !refused.error && (
          <Table<Cause>
            label={t.refused}
            rows={causes}
            keyOf={(cause) => cause.reason}
            to={(cause) => `/explain/${cause.newest.id}`}
            columns={[
              { title: t.cause, width: "minmax(12rem, 2fr)", cell: (cause) => <code>{cause.reason}</code> },
              {
                title: t.code,
                width: "11rem",
                cell: (cause) => (
                  <Badge tone={toneOfHttp(cause.status)}>{`${cause.status} ${cause.code}`}</Badge>
                ),
              },
              { title: t.times, width: "5rem", right: true, cell: (cause) => count(cause.count, language) },
              {
                title: t.newest,
                width: "minmax(10rem, 2fr)",
                extra: true,
                cell: (cause) => (
                  <>
                    <Chip mono>{cause.newest.method}</Chip> <bdi>{cause.newest.path}</bdi>
                  </>
                ),
              },
              {
                title: t.when,
                width: "7rem",
                right: true,
                cell: (cause) => <Moment at={cause.newest.time} />,
              },
            ]}
          />
        )
      )}
    </Section>
  );
}
