/** The services of a project: how each does, and where it is called. */
import { useDeferredValue } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { LinkButton } from "../../components/button";
import { Select } from "../../components/field";
import { ListPage } from "../../components/list-page";
import { Moment } from "../../components/moment";
import { type Pages, usePages } from "../../components/pages";
import { type Column, PagedTable } from "../../components/table";
import { useLanguage, useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { projectPath, useMay, useProject } from "../../session/project";
import { count } from "../../time/format";
import { isMoving, isServiceState, SERVICE_STATES, ServiceStatus, useStateName } from "./status";
import { TagFilter } from "./tag-filter";
import { tagText } from "./tag-text";

const words = texts({
  title: ["Services", "服务"],
  status: ["Status", "状态"],
  all: ["All states", "所有状态"],
  name: ["Name", "名称"],
  calls: ["Model calls", "模型调用次数"],
  failed: ["Failed", "失败次数"],
  changed: ["Changed", "更新时间"],
  owner: ["Owner", "创建者"],
  total: filled(
    (n: number) => counted(n, "service", "services"),
    (n: number) => `共 ${n} 个服务`,
  ),
  deploy: ["Deploy a service", "部署服务"],
  none: ["No services yet", "还没有服务"],
  noneWhy: [
    "A service runs model versions behind an API address.",
    "服务运行模型版本，并通过 API 地址提供调用。",
  ],
  nothing: ["No matching services", "没有符合条件的服务"],
  nothingWhy: ["Try another name, state or tag.", "请尝试其他名称、状态或标签。"],
  tags: ["Tags", "标签"],
});

type Service = Schemas["ServiceSummary"];
const PAGE = 100;

export default function ServicesPage() {
  const t = useTexts(words);
  const project = useProject();
  const [filter, choose] = useChoices(["name", "status", "tag"]);
  const name = useDeferredValue(filter.name.trim());
  const status = isServiceState(filter.status) ? filter.status : "";
  const services = useServices(name, status, filter.tag);
  const deploy = useMay()("modelarts:service:create") && (
    <LinkButton kind="primary" icon="plus" to={projectPath(project, "services/new")}>
      {t.deploy}
    </LinkButton>
  );
  return (
    <ListPage
      words={t}
      icon="cube"
      total={services.total}
      error={services.error}
      retry={services.retry}
      name={filter.name}
      onName={(text) => choose({ name: text })}
      filters={
        <>
          <StatusFilter value={status} onChange={(value) => choose({ status: value })} />
          <TagFilter value={filter.tag} onChange={(tag) => choose({ tag })} />
        </>
      }
      isFiltered={name !== "" || status !== "" || filter.tag !== ""}
      action={deploy}
    >
      <ServiceTable pages={services} />
    </ListPage>
  );
}

function useServices(name: string, status: string, tag: string): Pages<Service> {
  const project = useProject();
  return usePages({
    key: ["services", project.id, name, status, tag],
    size: PAGE,
    ask: (page, signal) =>
      ask(
        api.GET("/v1/{project_id}/services", {
          signal,
          params: {
            path: { project_id: project.id },
            query: {
              service_name: name || null,
              status: status || null,
              tags: tag || null,
              offset: page,
              limit: PAGE,
            },
          },
        }),
      ).then((list) => ({ rows: list.services, total: list.total_count })),
    // What is on its way is looked at often, what stands still seldom.
    again: (rows) => (rows.some((service) => isMoving(service.status)) ? 2_000 : 15_000),
  });
}

const ALL = "all";

function StatusFilter({ value, onChange }: { value: string; onChange: (status: string) => void }) {
  const t = useTexts(words);
  const nameOf = useStateName();
  const options = [
    { value: ALL, label: t.all },
    ...SERVICE_STATES.map((state) => ({ value: state, label: nameOf(state) })),
  ];
  return (
    <Select
      label={t.status}
      bare
      options={options}
      value={value || ALL}
      onChange={(one) => onChange(one === ALL ? "" : one)}
    />
  );
}

function ServiceTable({ pages }: { pages: Pages<Service> }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const project = useProject();
  const columns: Column<Service>[] = [
    { title: t.name, width: "minmax(10rem, 4fr)", cell: (service) => <bdi>{service.service_name}</bdi> },
    {
      title: t.status,
      width: "8rem",
      cell: (service) => (
        <ServiceStatus status={service.status} progress={service.progress} note={service.error_msg} />
      ),
    },
    {
      title: t.calls,
      width: "6rem",
      right: true,
      cell: (service) => count(service.invocation_times, language),
    },
    { title: t.failed, width: "5rem", right: true, cell: (service) => count(service.failed_times, language) },
    {
      title: t.tags,
      width: "minmax(6rem, 2fr)",
      extra: true,
      cell: (service) => service.tags?.map((tag) => <Chip key={tag.key}>{tagText(tag)}</Chip>),
    },
    {
      title: t.owner,
      width: "minmax(4rem, 1fr)",
      extra: true,
      cell: (service) => <bdi>{service.owner}</bdi>,
    },
    {
      title: t.changed,
      width: "7rem",
      right: true,
      extra: true,
      cell: (service) => <Moment at={service.update_time} />,
    },
  ];
  return (
    <PagedTable
      label={t.title}
      columns={columns}
      pages={pages}
      keyOf={(service) => service.service_id}
      to={(service) => projectPath(project, `services/${service.service_id}`)}
    />
  );
}
