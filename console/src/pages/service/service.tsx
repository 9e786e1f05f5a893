/** A service: what it is and how it does, and the tabs with all the rest. */
import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, useParams } from "wouter";
import { asFailure } from "../../api/failure";
import { CauseNote } from "../../components/cause";
import { Id } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Gone } from "../../components/gone";
import { Moment } from "../../components/moment";
import { Facts, Page } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { count } from "../../time/format";
import { ServiceStatus } from "../services/status";
import { ServiceActions } from "./actions";
import { type Service, useService } from "./service-query";

const words = texts({
  services: ["Services", "服务"],
  tabs: ["Service details", "服务详情"],
  usage: ["Usage Guides", "使用指南"],
  predict: ["Prediction", "预测"],
  updates: ["Configuration Updates", "配置更新"],
  monitoring: ["Monitoring", "监控"],
  events: ["Events", "事件"],
  logs: ["Logs", "日志"],
  tags: ["Tags", "标签"],
  id: ["Service ID", "服务 ID"],
  versions: ["Model versions", "模型版本"],
  calls: ["Model calls", "模型调用次数"],
  failed: ["Failed", "失败次数"],
  owner: ["Owner", "创建者"],
  changed: ["Changed", "更新时间"],
  gone: ["This service does not exist", "服务不存在"],
  goneWhy: ["It was deleted, or it belongs to another project.", "服务已被删除，或属于其他项目。"],
  all: ["All services", "所有服务"],
});

interface TabPage {
  id: "usage" | "predict" | "updates" | "monitoring" | "events" | "logs" | "tags";
  page: ComponentType<{ service: Service }>;
  needs: string;
}

/** The first is the page's own address. */
const TABS: TabPage[] = [
  { id: "usage", page: lazy(() => import("./usage")), needs: "modelarts:service:get" },
  { id: "predict", page: lazy(() => import("./predict")), needs: "modelarts:service:predict" },
  { id: "updates", page: lazy(() => import("./updates")), needs: "modelarts:service:get" },
  { id: "monitoring", page: lazy(() => import("./monitoring")), needs: "modelarts:service:get" },
  { id: "events", page: lazy(() => import("./events")), needs: "modelarts:service:get" },
  { id: "logs", page: lazy(() => import("./logs")), needs: "modelarts:service:get" },
  { id: "tags", page: lazy(() => import("./tags")), needs: "modelarts:service:get" },
];

export default function ServicePage() {
  const t = useTexts(words);
  const params = useParams<{ service: string; tab?: string }>();
  const project = useProject();
  const may = useMay();
  const service = useService(params.service);
  const list = { title: t.services, to: projectPath(project, "services") };

  if (service.error && asFailure(service.error).status === 404)
    return <Gone icon="cube" title={t.gone} why={t.goneWhy} all={t.all} list={list} />;
  if (!service.data) {
    return (
      <Page title=" " crumbs={[list]}>
        {service.error ? (
          <FailureNote error={service.error} retry={() => void service.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )}
      </Page>
    );
  }
  const base = projectPath(project, `services/${params.service}`);
  const offered = TABS.filter((tab) => may(tab.needs));
  // An address of a tab that there is none, or that this reader may not see, is shown as the first, and becomes its address.
  const chosen = offered.find((tab) => tab.id === (params.tab ?? "usage"));
  if (!chosen && params.tab) return <Redirect to={base} replace />;
  const Tab = chosen?.page;
  return (
    <Page
      title={service.data.service_name}
      crumbs={[list]}
      aside={<ServiceStatus status={service.data.status} progress={service.data.progress} />}
      about={<About service={service.data} />}
      actions={<ServiceActions service={service.data} />}
      tabs={
        <Tabs
          label={t.tabs}
          tabs={offered.map((tab) => ({
            title: t[tab.id],
            to: tab.id === "usage" ? base : `${base}/${tab.id}`,
          }))}
        />
      }
    >
      {service.error && <FailureNote error={service.error} retry={() => void service.refetch()} />}
      {Tab && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <Tab key={service.data.service_id} service={service.data} />
        </Suspense>
      )}
    </Page>
  );
}

function About({ service }: { service: Service }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  return (
    <>
      {service.description && <p dir="auto">{service.description}</p>}
      {service.error_msg && <CauseNote text={service.error_msg} isFailed={service.status !== "deploying"} />}
      <Facts
        facts={[
          [t.id, <Id key="id" value={service.service_id} />],
          [
            t.versions,
            <bdi key="versions">
              {service.config
                .map(
                  (version) =>
                    `${version.model_name} ${version.model_version}${version.weight < 100 ? ` · ${version.weight}%` : ""}`,
                )
                .join(", ")}
            </bdi>,
          ],
          [t.calls, count(service.invocation_times, language)],
          [t.failed, count(service.failed_times, language)],
          [t.owner, <bdi key="owner">{service.owner}</bdi>],
          [t.changed, <Moment key="changed" at={service.update_time} />],
        ]}
      />
    </>
  );
}
