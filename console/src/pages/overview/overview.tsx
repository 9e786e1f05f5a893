/** How everything of a project does, on one screen: services by state and which need a look, the calls of the last hour, what was refused most and why, what changed. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { every } from "../../api/query";
import { LinkButton } from "../../components/button";
import { CallFigures } from "../../components/call-figures";
import { sentenceOf } from "../../components/cause";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { type Figure, Figures } from "../../components/figures";
import { Detail, Item, List } from "../../components/list";
import { Moment } from "../../components/moment";
import { Card, Facts, Page, Section } from "../../components/page";
import { Table } from "../../components/table";
import tones from "../../components/tone.module.css";
import { useLanguage, useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { count, size, span } from "../../time/format";
import { thingName, useOperationName, useThingKind } from "../audit/operations";
import { ServiceItem } from "../services/service-item";
import { isMoving, SERVICE_STATES, useStateName } from "../services/status";
import classes from "./overview.module.css";

const words = texts({
  title: ["Overview", "概览"],
  services: ["Services", "服务"],
  all: ["All services", "所有服务"],
  instances: filled(
    (ready: number, wanted: number) => `${ready} of ${wanted} instances ready`,
    (ready: number, wanted: number) => `就绪实例 ${ready} / ${wanted}`,
  ),
  attention: ["Needs attention", "需要关注"],
  calls: ["Calls in the last hour", "最近一小时的调用"],
  called: ["Calls", "调用次数"],
  failed: ["Failed", "失败次数"],
  service: ["Service", "服务"],
  refused: ["Refused in the last hour", "最近一小时被拒绝的请求"],
  refusedWhy: [
    "Most frequent first. Open a row for the latest such request.",
    "按次数从多到少排列。点击某行可查看最近一次此类请求。",
  ],
  cause: ["Cause", "原因"],
  code: ["Code", "错误码"],
  times: ["Times", "次数"],
  byModel: ["model's own answer", "模型自身的响应"],
  nothingRefused: ["Nothing was refused", "没有被拒绝的请求"],
  nothingRefusedWhy: [
    "Refused requests of this project appear here, with cause and fix.",
    "本项目中被拒绝的请求会显示在这里，并说明原因和处理方法。",
  ],
  allRequests: ["All requests", "所有请求"],
  changed: ["Last changed", "最近变更"],
  allChanges: ["Audit", "审计"],
  server: ["Server", "服务器"],
  version: ["Version", "版本"],
  uptime: ["Up for", "已运行"],
  ready: ["Ready", "就绪"],
  yes: ["Yes", "是"],
  waiting: filled(
    (what: string) => `Waiting for ${what}`,
    (what: string) => `正在等待 ${what}`,
  ),
  disk: ["Disk free", "磁盘剩余"],
  ofDisk: filled(
    (free: string, total: string) => `${free} of ${total}`,
    (free: string, total: string) => `${free}，共 ${total}`,
  ),
  none: ["No services yet", "还没有服务"],
  noneWhy: [
    "Import a model, then deploy it as a service with an API address. `adyton model init` creates a starter package.",
    "先导入模型，再将其部署为带有 API 地址的服务。`adyton model init` 可生成一个模型包模板。",
  ],
  import: ["Import a model", "导入模型"],
  deploy: ["Deploy a service", "部署服务"],
  caller: ["You may call the services of this project", "您可以调用本项目的服务"],
  callerWhy: [
    "Ask the owner of a service for its API address. If a call is refused, paste its request id or the whole answer here to see why.",
    "请向服务的所有者获取 API 地址。调用被拒绝时，将请求 ID 或整段响应粘贴到这里即可查看原因。",
  ],
});

type Overview = Schemas["ProjectOverview"];

export default function OverviewPage() {
  const t = useTexts(words);
  const may = useMay();
  return (
    <Page title={t.title}>
      {may("modelarts:service:list") ? (
        <Everything />
      ) : (
        <Empty icon="send" title={t.caller}>
          {t.callerWhy}
        </Empty>
      )}
    </Page>
  );
}

function Everything() {
  const project = useProject();
  const { data, error, refetch } = useQuery({
    queryKey: ["overview", project.id],
    queryFn: () =>
      ask(api.GET("/adyton/v1/{project_id}/overview", { params: { path: { project_id: project.id } } })),
    ...every(15_000),
  });
  if (error && !data) return <FailureNote error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  return (
    <>
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      <Services services={data.services} />
      {data.services.total > 0 && <Calls calls={data.calls} />}
      {data.refused && <Refused refused={data.refused} />}
      {data.changes && data.changes.length > 0 && <Changes changes={data.changes} />}
      <Server server={data.server} />
    </>
  );
}

function Services({ services }: { services: Overview["services"] }) {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  if (services.total === 0) {
    const first = (
      <>
        {may("modelarts:model:create") && (
          <LinkButton kind="primary" icon="upload" to={projectPath(project, "models/import")}>
            {t.import}
          </LinkButton>
        )}
        {may("modelarts:service:create") && (
          <LinkButton icon="plus" to={projectPath(project, "services/new")}>
            {t.deploy}
          </LinkButton>
        )}
      </>
    );
    return (
      <Empty icon="cube" title={t.none} action={first}>
        {t.noneWhy}
      </Empty>
    );
  }
  return (
    <>
      <Section
        title={t.services}
        about={t.instances(services.ready_instances, services.wanted_instances)}
        actions={<Link href={projectPath(project, "services")}>{t.all}</Link>}
      >
        <States counts={services.by_status} />
      </Section>
      {services.attention.length > 0 && (
        <Section title={t.attention}>
          <List>
            {services.attention.map((service) => (
              <ServiceItem
                key={service.service_id}
                service={service}
                below={
                  service.error_msg && (
                    <p
                      className={`${classes.why} ${isMoving(service.status) ? "" : tones[TONES[service.status] ?? "idle"]}`}
                    >
                      {sentenceOf(service.error_msg)}
                    </p>
                  )
                }
              >
                <Detail>{t.instances(service.ready_instances, service.wanted_instances)}</Detail>
              </ServiceItem>
            ))}
          </List>
        </Section>
      )}
    </>
  );
}

function States({ counts }: { counts: Overview["services"]["by_status"] }) {
  const t = useTexts(words);
  const project = useProject();
  const { language } = useLanguage();
  const nameOf = useStateName();
  return (
    <Figures
      label={t.services}
      figures={SERVICE_STATES.map((state) => [state, counts[state] ?? 0] as const)
        .filter(([state, n]) => n > 0 || state === "running" || state === "failed")
        .map(([state, n]) => ({
          name: nameOf(state),
          value: count(n, language),
          tone: n > 0 ? TONES[state] : undefined,
          to: projectPath(project, `services?status=${state}`),
        }))}
    />
  );
}

const TONES: { [state: string]: Figure["tone"] } = {
  running: "ok",
  failed: "bad",
  concerning: "warn",
  deploying: "busy",
  stopping: "busy",
  deleting: "busy",
};

function Calls({ calls }: { calls: Overview["calls"] }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const project = useProject();
  return (
    <Section title={t.calls}>
      <CallFigures label={t.calls} of={calls} />
      {calls.services.length > 0 && (
        <Table
          label={t.calls}
          rows={calls.services}
          keyOf={(one) => one.service_id}
          to={(one) => projectPath(project, `services/${one.service_id}/monitoring`)}
          columns={[
            { title: t.service, width: "minmax(8rem, 3fr)", cell: (one) => <bdi>{one.service_name}</bdi> },
            { title: t.called, width: "7rem", right: true, cell: (one) => count(one.calls, language) },
            { title: t.failed, width: "7rem", right: true, cell: (one) => count(one.failed, language) },
            {
              title: "p95",
              width: "6rem",
              right: true,
              cell: (one) => (one.calls > 0 ? span(one.p95_ms) : "–"),
            },
          ]}
        />
      )}
    </Section>
  );
}

function Refused({ refused }: { refused: NonNullable<Overview["refused"]> }) {
  const t = useTexts(words);
  const project = useProject();
  const { language } = useLanguage();
  // The status of a model's own error is no code of the catalogue.
  const isCode = (code: string) => /^[A-Za-z]/.test(code);
  return (
    <Section
      title={t.refused}
      about={refused.length > 0 && t.refusedWhy}
      actions={<Link href={projectPath(project, "requests?status=4xx&range=1h")}>{t.allRequests}</Link>}
    >
      {refused.length === 0 ? (
        <Empty icon="check" title={t.nothingRefused}>
          {t.nothingRefusedWhy}
        </Empty>
      ) : (
        <Table
          label={t.refused}
          rows={refused}
          keyOf={(one) => `${one.code} ${one.reason}`}
          to={(one) =>
            one.request_id
              ? `/explain/${one.request_id}`
              : isCode(one.code)
                ? `/errors/${one.reason ?? one.code}`
                : projectPath(project, `requests?status=${one.code}&range=1h`)
          }
          columns={[
            {
              title: t.cause,
              width: "minmax(10rem, 3fr)",
              cell: (one) => (one.reason ? <code>{one.reason}</code> : t.byModel),
            },
            { title: t.code, width: "8rem", cell: (one) => <code>{one.code}</code> },
            { title: t.times, width: "6rem", right: true, cell: (one) => count(one.count, language) },
          ]}
        />
      )}
    </Section>
  );
}

function Changes({ changes }: { changes: NonNullable<Overview["changes"]> }) {
  const t = useTexts(words);
  const project = useProject();
  const operationName = useOperationName();
  const kindOf = useThingKind();
  return (
    <Section title={t.changed} actions={<Link href={projectPath(project, "audit")}>{t.allChanges}</Link>}>
      <List>
        {changes.map((change) => (
          <Item
            key={change.number}
            name={
              <span>
                <Link href={projectPath(project, `audit/${change.request_id}`)}>
                  {operationName(change.operation, change.method, change.path)}
                </Link>{" "}
                {change.thing && (
                  <bdi className={classes.thing} title={kindOf(change.thing.kind)}>
                    {thingName(change.thing)}
                  </bdi>
                )}
              </span>
            }
          >
            {change.caller && (
              <Detail>
                <bdi>{change.caller.name || change.caller.id}</bdi>
              </Detail>
            )}
            <Detail>
              <Moment at={change.time} />
            </Detail>
          </Item>
        ))}
      </List>
    </Section>
  );
}

function Server({ server }: { server: Overview["server"] }) {
  const t = useTexts(words);
  const { disk_free_bytes: free, disk_total_bytes: total } = server;
  return (
    <Section title={t.server}>
      <Card>
        <Facts
          facts={[
            [t.version, server.version],
            [t.uptime, span(server.uptime_s * 1000)],
            [t.ready, server.ready ? t.yes : t.waiting(server.waiting_for.join(", "))],
            ...(typeof free === "number" && typeof total === "number"
              ? [[t.disk, t.ofDisk(size(free), size(total))] as [string, string]]
              : []),
          ]}
        />
      </Card>
    </Section>
  );
}
