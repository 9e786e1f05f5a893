/** The models of a project: each version is one, and can be deployed once it was imported. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import type { Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { LinkButton } from "../../components/button";
import { Empty } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { SearchField, Select } from "../../components/field";
import { Moment } from "../../components/moment";
import { Page } from "../../components/page";
import { type Column, More, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { projectPath, useMay, useProject } from "../../session/project";
import { size } from "../../time/format";
import classes from "./models.module.css";
import { askModels, MODELS } from "./questions";
import { isModelState, MODEL_STATES, ModelStatus, useModelState } from "./status";

const words = texts({
  title: ["Models", "模型"],
  search: ["Search by name", "按名称搜索"],
  status: ["Status", "状态"],
  all: ["All states", "所有状态"],
  name: ["Name", "名称"],
  version: ["Version", "版本"],
  engine: ["Engine", "引擎"],
  size: ["Size", "大小"],
  made: ["Imported", "导入时间"],
  total: filled(
    (n: number) => counted(n, "model version", "model versions"),
    (n: number) => `共 ${n} 个模型版本`,
  ),
  import: ["Import a model", "导入模型"],
  none: ["No models yet", "还没有模型"],
  noneWhy: [
    "A model is a package: a .zip or .tar.gz with model/config.json and the model's files. Import one, then deploy it as a service. `adyton model init` makes one to begin with.",
    "模型以模型包的形式导入：包含 model/config.json 与模型文件的 .zip 或 .tar.gz。先导入模型，再将其部署为服务。`adyton model init` 可以生成一个起步用的模型包。",
  ],
  nothing: ["No model fits", "没有符合条件的模型"],
  nothingWhy: ["Another name or state may.", "请尝试其他名称或状态。"],
});

type Model = Schemas["ModelSummary"];
const ALL = "all";

export default function ModelsPage() {
  const t = useTexts(words);
  const project = useProject();
  const stateName = useModelState();
  const [filter, choose] = useChoices(["name", "status"]);
  const name = useDeferredValue(filter.name);
  const status = isModelState(filter.status) ? filter.status : "";
  const models = useModels(name, status);
  const rows = models.data?.pages.flatMap((page) => page.models);
  const isFiltered = name !== "" || status !== "";
  const add = useMay()("modelarts:model:create") && (
    <LinkButton kind="primary" icon="upload" to={projectPath(project, "models/import")}>
      {t.import}
    </LinkButton>
  );
  return (
    <Page
      title={t.title}
      about={models.data ? t.total(models.data.pages[0]?.total_count ?? 0) : " "}
      actions={rows?.length !== 0 || isFiltered ? add : null}
    >
      <search className={classes.filters}>
        <SearchField label={t.search} value={filter.name} onChange={(value) => choose({ name: value })} />
        <Select
          label={t.status}
          bare
          options={[
            { value: ALL, label: t.all },
            ...MODEL_STATES.map((value) => ({ value, label: stateName(value) })),
          ]}
          value={status || ALL}
          onChange={(one) => choose({ status: one === ALL ? "" : one })}
        />
      </search>
      {models.error && <FailureNote error={models.error} retry={() => void models.refetch()} />}
      {rows?.length === 0 ? (
        <Empty icon="app" title={isFiltered ? t.nothing : t.none} action={isFiltered ? null : add}>
          {isFiltered ? t.nothingWhy : t.noneWhy}
        </Empty>
      ) : (
        !(models.error && !rows) && (
          <ModelTable
            rows={rows}
            foot={
              models.hasNextPage && (
                <More busy={models.isFetchingNextPage} onPress={() => void models.fetchNextPage()} />
              )
            }
          />
        )
      )}
    </Page>
  );
}

function useModels(name: string, status: string) {
  const project = useProject();
  return useInfiniteQuery({
    queryKey: ["models", project.id, name, status],
    queryFn: ({ pageParam }) => askModels(project, name, status, pageParam),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (all.length * MODELS < last.total_count ? all.length : undefined),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.models.some((model) => model.model_status === "publishing"))
        ? 1_500
        : 30_000,
  });
}

function ModelTable({ rows, foot }: { rows: Model[] | undefined; foot: React.ReactNode }) {
  const t = useTexts(words);
  const project = useProject();
  const columns: Column<Model>[] = [
    {
      title: t.name,
      width: "minmax(10rem, 3fr)",
      cell: (model) => (
        <>
          <bdi>{model.model_name}</bdi> <Chip mono>{model.model_version}</Chip>
        </>
      ),
    },
    {
      title: t.status,
      width: "8rem",
      cell: (model) => <ModelStatus status={model.model_status} note={model.error_msg} />,
    },
    { title: t.engine, width: "7rem", cell: (model) => model.model_type || "–" },
    { title: t.size, width: "7rem", right: true, cell: (model) => size(model.model_size) },
    {
      title: t.made,
      width: "8rem",
      right: true,
      extra: true,
      cell: (model) => <Moment at={model.create_at} />,
    },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={(model) => model.model_id}
      to={(model) => projectPath(project, `models/${model.model_id}`)}
      foot={foot}
    />
  );
}
