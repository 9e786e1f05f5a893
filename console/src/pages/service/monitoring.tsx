/** How a service does: its instances now, and its calls. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { every } from "../../api/query";
import { Badge, type Tone } from "../../components/badge";
import { Id } from "../../components/copy";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Section } from "../../components/page";
import { Table } from "../../components/table";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { count, size } from "../../time/format";
import { percent, Recorded, shortId } from "./recorded";
import type { Service } from "./service-query";

const words = texts({
  instances: ["Instances", "实例"],
  instance: ["Instance", "实例"],
  model: ["Model", "模型"],
  state: ["State", "状态"],
  place: ["Location", "运行位置"],
  restarts: ["Restarts", "重启次数"],
  note: ["Note", "说明"],
  cpu: ["CPU, % of a core", "CPU（单核百分比）"],
  memory: ["Memory", "内存"],
  inServer: ["in the server", "在服务器进程内"],
  none: ["No instances", "没有实例"],
  noneWhy: ["A stopped service has no instances.", "服务停止时没有运行中的实例。"],
  failed: ["Failed", "失败"],
  starting: ["Starting", "启动中"],
  ready: ["Ready", "就绪"],
  down: ["Down", "不可用"],
  draining: ["Draining", "排空中"],
});

const TONES: Record<string, Tone> = {
  starting: "busy",
  ready: "ok",
  down: "bad",
  failed: "bad",
  draining: "idle",
};

type Row = Schemas["InstanceShown"] & { model: string };

export default function Monitoring({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const monitor = useQuery({
    queryKey: ["monitor", project.id, service.service_id],
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services/{service_id}/monitor", {
          params: { path: { project_id: project.id, service_id: service.service_id } },
        }),
      ),
    ...every(5_000),
  });
  const rows = monitor.data?.monitors.flatMap((one) =>
    one.instances.map((instance) => ({ ...instance, model: `${one.model_name} ${one.model_version}` })),
  );
  return (
    <>
      <Recorded service={service} />
      <Section title={t.instances}>
        {monitor.error && <FailureNote error={monitor.error} retry={() => void monitor.refetch()} />}
        {!rows && !monitor.error && <Skeleton lines={4} />}
        {rows?.length === 0 ? (
          <Empty icon="cube" title={t.none}>
            {t.noneWhy}
          </Empty>
        ) : (
          rows && <Instances rows={rows} />
        )}
      </Section>
    </>
  );
}

function Instances({ rows }: { rows: Row[] }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const nameOf = (status: string) =>
    status === "starting" ||
    status === "ready" ||
    status === "down" ||
    status === "draining" ||
    status === "failed"
      ? t[status]
      : status;
  const memoryOf = ({ memory_bytes, cpu_percent }: Row) => {
    if (typeof memory_bytes === "number") return size(memory_bytes);
    return typeof cpu_percent === "number" ? t.inServer : "–";
  };
  return (
    <Table<Row>
      label={t.instances}
      rows={rows}
      keyOf={(row) => row.instance_id}
      columns={[
        {
          title: t.instance,
          width: "8rem",
          cell: (row) => <Id value={row.instance_id} shown={shortId(row.instance_id)} />,
        },
        {
          title: t.state,
          width: "6.5rem",
          cell: (row) => <Badge tone={TONES[row.status] ?? "idle"}>{nameOf(row.status)}</Badge>,
        },
        { title: t.model, width: "minmax(5rem, 2fr)", cell: (row) => <bdi>{row.model}</bdi> },
        {
          title: t.place,
          width: "minmax(8rem, 2fr)",
          extra: true,
          cell: (row) => row.place.replace(/^in process\b/, t.inServer),
        },
        { title: t.restarts, width: "5.5rem", right: true, cell: (row) => count(row.restarts, language) },
        {
          title: t.cpu,
          width: "7rem",
          right: true,
          cell: (row) => (typeof row.cpu_percent === "number" ? percent(row.cpu_percent) : "–"),
        },
        { title: t.memory, width: "6rem", right: true, cell: (row) => memoryOf(row) },
        ...(rows.some((row) => row.note)
          ? [{ title: t.note, width: "minmax(5rem, 2fr)", extra: true, cell: (row: Row) => row.note }]
          : []),
      ]}
    />
  );
}
