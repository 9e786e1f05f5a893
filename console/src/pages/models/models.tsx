/** The models of a project: each version is one, and can be deployed once it was imported. */
import { useDeferredValue } from "react";
import type { Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { LinkButton } from "../../components/button";
import { Select } from "../../components/field";
import { ListPage } from "../../components/list-page";
import { Moment } from "../../components/moment";
import { type Pages, usePages } from "../../components/pages";
import { type Column, PagedTable } from "../../components/table";
import { useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { projectPath, useMay, useProject } from "../../session/project";
import { size } from "../../time/format";
import { askModels, MODELS } from "./questions";
import { isModelState, MODEL_STATES, ModelStatus, useModelState } from "./status";

const words = texts({
  title: ["Models", "模型"],
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
    "A model is a package: a .zip or .tar.gz with model/config.json and the model's files. Import one, then deploy it as a service. `adyton model init` creates a starter package.",
    "模型以模型包的形式导入：包含 model/config.json 与模型文件的 .zip 或 .tar.gz。先导入模型，再将其部署为服务。`adyton model init` 可生成一个模型包模板。",
  ],
  nothing: ["No matching models", "没有符合条件的模型"],
  nothingWhy: ["Try another name or state.", "请尝试其他名称或状态。"],
});

type Model = Schemas["ModelSummary"];
const ALL = "all";

export default function ModelsPage() {
  const t = useTexts(words);
  const project = useProject();
  const [filter, choose] = useChoices(["name", "status"]);
  const name = useDeferredValue(filter.name.trim());
  const status = isModelState(filter.status) ? filter.status : "";
  const models = useModels(name, status);
  const add = useMay()("modelarts:model:create") && (
    <LinkButton kind="primary" icon="upload" to={projectPath(project, "models/import")}>
      {t.import}
    </LinkButton>
  );
  return (
    <ListPage
      words={t}
      icon="layers"
      total={models.total}
      error={models.error}
      retry={models.retry}
      name={filter.name}
      onName={(text) => choose({ name: text })}
      filters={<StatusFilter value={status} onChange={(value) => choose({ status: value })} />}
      isFiltered={name !== "" || status !== ""}
      action={add}
    >
      <ModelTable pages={models} />
    </ListPage>
  );
}

function useModels(name: string, status: string): Pages<Model> {
  const project = useProject();
  return usePages({
    key: ["models", project.id, name, status],
    size: MODELS,
    ask: (page, signal) =>
      askModels(project, name, status, page, signal).then((list) => ({
        rows: list.models,
        total: list.total_count,
      })),
    again: (rows) => (rows.some((model) => model.model_status === "publishing") ? 1_500 : 30_000),
  });
}

function StatusFilter({ value, onChange }: { value: string; onChange: (status: string) => void }) {
  const t = useTexts(words);
  const stateName = useModelState();
  return (
    <Select
      label={t.status}
      bare
      options={[
        { value: ALL, label: t.all },
        ...MODEL_STATES.map((state) => ({ value: state, label: stateName(state) })),
      ]}
      value={value || ALL}
      onChange={(one) => onChange(one === ALL ? "" : one)}
    />
  );
}

function ModelTable({ pages }: { pages: Pages<Model> }) {
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
    <PagedTable
      label={t.title}
      columns={columns}
      pages={pages}
      keyOf={(model) => model.model_id}
      to={(model) => projectPath(project, `models/${model.model_id}`)}
    />
  );
}
