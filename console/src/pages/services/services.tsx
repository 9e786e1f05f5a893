/** The services of a project: how each does, and where it is called. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useLocation, useSearch } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { LinkButton } from "../../components/button";
import { Empty } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { SearchField, Select } from "../../components/field";
import { Moment } from "../../components/moment";
import { Page } from "../../components/page";
import { type Column, More, Table } from "../../components/table";
import { useLanguage, useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { count } from "../../time/format";
import classes from "./services.module.css";
import { isMoving, isServiceState, SERVICE_STATES, ServiceStatus, useStateName } from "./status";

const words = texts({
  title: ["Services", "服务"],
  search: ["Search by name", "按名称搜索"],
  status: ["Status", "状态"],
  all: ["All states", "所有状态"],
  name: ["Name", "名称"],
  calls: ["Calls", "调用次数"],
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
    "服务把模型版本运行在一个 API 地址之后。",
  ],
  nothing: ["No service fits", "没有符合条件的服务"],
  nothingWhy: ["Another name or state may.", "请尝试其他名称或状态。"],
});

type Service = Schemas["ServiceSummary"];
const PAGE = 100;

export default function ServicesPage() {
  const t = useTexts(words);
  const project = useProject();
  const filter = useFilter();
  const name = useDeferredValue(filter.name);
  const services = useServices(name, filter.status);
  const rows = services.data?.pages.flatMap((page) => page.services);
  const total = services.data?.pages[0]?.total_count ?? 0;
  const mayDeploy = useMay()("modelarts:service:create");
  const deploy = mayDeploy && (
    <LinkButton kind="primary" icon="plus" to={projectPath(project, "services/new")}>
      {t.deploy}
    </LinkButton>
  );
  const isFiltered = name !== "" || filter.status !== "";
  return (
    <Page
      title={t.title}
      about={services.data ? t.total(total) : " "}
      actions={rows?.length !== 0 || isFiltered ? deploy : null}
    >
      <search className={classes.filters}>
        <SearchField label={t.search} value={filter.name} onChange={filter.setName} />
        <StatusFilter value={filter.status} onChange={filter.setStatus} />
      </search>
      {services.error && <FailureNote error={services.error} retry={() => void services.refetch()} />}
      {rows?.length === 0 ? (
        <Empty icon="cube" title={isFiltered ? t.nothing : t.none} action={isFiltered ? null : deploy}>
          {isFiltered ? t.nothingWhy : t.noneWhy}
        </Empty>
      ) : (
        <ServiceTable
          rows={rows}
          foot={
            services.hasNextPage && (
              <More busy={services.isFetchingNextPage} onPress={() => void services.fetchNextPage()} />
            )
          }
        />
      )}
    </Page>
  );
}

function useServices(name: string, status: string) {
  const project = useProject();
  return useInfiniteQuery({
    queryKey: ["services", project.id, name, status],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/v1/{project_id}/services", {
          params: {
            path: { project_id: project.id },
            query: { service_name: name || null, status: status || null, offset: pageParam, limit: PAGE },
          },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (all.length * PAGE < last.total_count ? all.length : undefined),
    placeholderData: (before) => before,
    // What is on its way is looked at often, what stands still seldom.
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.services.some((service) => isMoving(service.status)))
        ? 2_000
        : 15_000,
  });
}

/** Name and state stand in the address, so that a list can be sent to somebody. */
function useFilter() {
  const [path, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const set = (key: string, value: string) => {
    if (value) search.set(key, value);
    else search.delete(key);
    const text = search.toString();
    navigate(text ? `${path}?${text}` : path, { replace: true });
  };
  const status = search.get("status") ?? "";
  return {
    name: search.get("name") ?? "",
    status: isServiceState(status) ? status : "",
    setName: (name: string) => set("name", name),
    setStatus: (value: string) => set("status", value),
  };
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

function ServiceTable({ rows, foot }: { rows: Service[] | undefined; foot: React.ReactNode }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const project = useProject();
  const columns: Column<Service>[] = [
    { title: t.name, width: "minmax(10rem, 3fr)", cell: (service) => <bdi>{service.service_name}</bdi> },
    {
      title: t.status,
      width: "9rem",
      cell: (service) => (
        <ServiceStatus status={service.status} progress={service.progress} note={service.error_msg} />
      ),
    },
    {
      title: t.calls,
      width: "7rem",
      right: true,
      cell: (service) => count(service.invocation_times, language),
    },
    { title: t.failed, width: "7rem", right: true, cell: (service) => count(service.failed_times, language) },
    {
      title: t.owner,
      width: "minmax(6rem, 1fr)",
      extra: true,
      cell: (service) => <bdi>{service.owner}</bdi>,
    },
    {
      title: t.changed,
      width: "8rem",
      right: true,
      extra: true,
      cell: (service) => <Moment at={service.update_time} />,
    },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={(service) => service.service_id}
      to={(service) => projectPath(project, `services/${service.service_id}`)}
      foot={foot}
    />
  );
}
