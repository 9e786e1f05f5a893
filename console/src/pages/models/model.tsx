/** A model version: what it is, what it takes and gives, where it is used, and its other versions. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Chip } from "../../components/badge";
import { Button, LinkButton } from "../../components/button";
import { Id } from "../../components/copy";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Gone } from "../../components/gone";
import { Detail, Item, List, None } from "../../components/list";
import { Moment } from "../../components/moment";
import { Card, Facts, Page, Section } from "../../components/page";
import { inline } from "../../components/prose";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { size } from "../../time/format";
import { declaredBy, methodOf } from "../service/declared";
import { Parameters } from "../service/parameters";
import { ServiceItem } from "../services/service-item";
import classes from "./models.module.css";
import { byVersion, metricsOf } from "./names";
import { askModel, askUsers, askVersions } from "./questions";
import { ModelStatus } from "./status";

const words = texts({
  models: ["Models", "模型"],
  model: ["Model", "模型"],
  gone: ["This model does not exist", "模型不存在"],
  goneWhy: ["It was deleted, or it belongs to another project.", "模型已被删除，或属于其他项目。"],
  all: ["All models", "所有模型"],
  remove: ["Delete", "删除"],
  deploy: ["Deploy", "部署"],
  failedTitle: ["The import failed", "导入失败"],
  failedNext: [
    "Fix the package and import it again, as another version or after deleting this one.",
    "请修正模型包后重新导入：使用新版本号，或先删除本版本。",
  ],
  engine: ["Engine", "引擎"],
  size: ["Unpacked size", "解包后大小"],
  made: ["Imported", "导入时间"],
  id: ["ID", "ID"],
  algorithm: ["Algorithm", "算法"],
  runtime: ["Runtime", "运行环境"],
  package: ["Package", "模型包"],
  metrics: ["Metrics", "指标"],
  notes: ["Import notes", "导入提示"],
  takes: ["Input", "输入"],
  gives: ["Output", "输出"],
  used: ["Used by", "使用情况"],
  notUsed: ["No service runs this version.", "没有服务使用该版本。"],
  versions: ["All versions", "全部版本"],
  dependencies: ["Dependencies", "依赖"],
  removeTitle: filled(
    (name: string) => `Delete ${name}?`,
    (name: string) => `删除 ${name}？`,
  ),
  removeWhy: [
    "The package is deleted with it. A model that a service runs cannot be deleted.",
    "模型包会一并删除。正在被服务使用的模型无法删除。",
  ],
  removed: filled(
    (name: string) => `${name} was deleted.`,
    (name: string) => `已删除 ${name}。`,
  ),
});

type Model = Schemas["ModelShown"];

export default function ModelPage() {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  const id = useParams<{ model: string }>().model;
  const { data, error, refetch } = useQuery({
    queryKey: ["model", project.id, id],
    queryFn: () => askModel(project, id),
    refetchInterval: ({ state }) => (state.data?.model_status === "publishing" ? 700 : false),
  });
  const list = { title: t.models, to: projectPath(project, "models") };
  if (error && asFailure(error).status === 404)
    return <Gone icon="layers" title={t.gone} why={t.goneWhy} all={t.all} list={list} />;
  if (!data)
    return (
      <Page title={t.model} crumbs={[list]}>
        {error ? <FailureNote error={error} retry={() => void refetch()} /> : <Skeleton lines={8} />}
      </Page>
    );
  return (
    <Page
      title={data.model_name}
      crumbs={[list]}
      aside={
        <>
          <Chip mono>{data.model_version}</Chip>
          <ModelStatus status={data.model_status} />
        </>
      }
      about={data.description && <bdi>{data.description}</bdi>}
      actions={
        <>
          {data.publishable_flag && may("modelarts:service:create") && (
            <LinkButton to={projectPath(project, `services/new?model=${id}`)} kind="primary" icon="play">
              {t.deploy}
            </LinkButton>
          )}
          {may("modelarts:model:delete") && <Remove model={data} />}
        </>
      }
    >
      {data.model_status === "failed" && (
        <FailureNote error={new Error(data.error_msg || t.failedTitle)}>
          <p>{t.failedNext}</p>
        </FailureNote>
      )}
      <ModelFacts model={data} />
      {data.model_status === "published" && <Declarations model={data} />}
      <div className={classes.columns}>
        {may("modelarts:service:list") && <Users model={id} />}
        <Versions model={data} />
      </div>
    </Page>
  );
}

/** Of `package://sha256/…` the beginning of the digest, which tells packages apart. */
const digestOf = (place: string) => `${place.slice(place.lastIndexOf("/") + 1).slice(0, 12)}…`;

function ModelFacts({ model }: { model: Model }) {
  const t = useTexts(words);
  const metrics = metricsOf(model.model_metrics);
  const notes = model.import_notes ?? [];
  const facts: [string, React.ReactNode][] = [
    [t.engine, model.model_type || "–"],
    [t.size, size(model.model_size)],
    [t.made, <Moment key="made" at={model.create_at} />],
    [t.id, <Id key="id" value={model.model_id} />],
  ];
  if (model.model_algorithm) facts.push([t.algorithm, <bdi key="algorithm">{model.model_algorithm}</bdi>]);
  if (model.runtime) facts.push([t.runtime, <bdi key="runtime">{model.runtime}</bdi>]);
  if (model.package)
    facts.push([t.package, <Id key="package" value={model.package} shown={digestOf(model.package)} />]);
  return (
    <>
      <Card>
        <Facts facts={facts} />
      </Card>
      {metrics.length > 0 && (
        <Section title={t.metrics}>
          <Card>
            <Facts facts={metrics.map(([name, value]) => [name, <bdi key={name}>{value}</bdi>])} />
          </Card>
        </Section>
      )}
      {notes.length > 0 && (
        <Section title={t.notes}>
          <List>
            {notes.map((note) => (
              <Item key={note} name={<span>{inline(note)}</span>} />
            ))}
          </List>
        </Section>
      )}
    </>
  );
}

function Declarations({ model }: { model: Model }) {
  const t = useTexts(words);
  return declaredBy([model]).map((one) => (
    <Section key={`${one.method} ${one.path}`} title={`${methodOf(one)} ${one.path}`}>
      <div className={classes.columns}>
        <div className={classes.path}>
          <h3>{t.takes}</h3>
          <Parameters declared={one} side="request" />
        </div>
        <div className={classes.path}>
          <h3>{t.gives}</h3>
          <Parameters declared={one} side="response" />
        </div>
      </div>
    </Section>
  ));
}

function Users({ model }: { model: string }) {
  const t = useTexts(words);
  const project = useProject();
  const { data, error } = useQuery({
    queryKey: ["model-users", project.id, model],
    queryFn: () => askUsers(project, model),
  });
  return (
    <Section title={t.used}>
      {error && <FailureNote error={error} />}
      {!data && !error && <Skeleton lines={2} />}
      {data?.services.length === 0 && <None>{t.notUsed}</None>}
      {data && data.services.length > 0 && (
        <List>
          {data.services.map((service) => (
            <ServiceItem key={service.service_id} service={service} />
          ))}
        </List>
      )}
    </Section>
  );
}

function Versions({ model }: { model: Model }) {
  const t = useTexts(words);
  const project = useProject();
  const { data } = useQuery({
    queryKey: ["versions", project.id, model.model_name],
    queryFn: () => askVersions(project, model.model_name),
  });
  const versions = [...(data ?? [])].sort((a, b) => byVersion(b.model_version, a.model_version));
  return (
    <Section title={t.versions}>
      <List>
        {versions.map((one) => (
          <Item
            key={one.model_id}
            name={
              one.model_id === model.model_id ? (
                <strong>{one.model_version}</strong>
              ) : (
                <Link href={projectPath(project, `models/${one.model_id}`)}>{one.model_version}</Link>
              )
            }
          >
            <ModelStatus status={one.model_status} note={one.error_msg} />
            <Detail>
              <Moment at={one.create_at} />
            </Detail>
          </Item>
        ))}
      </List>
    </Section>
  );
}

function Remove({ model }: { model: Model }) {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const name = `${model.model_name} ${model.model_version}`;
  const remove = async () => {
    const gone = await ask(
      api.DELETE("/v1/{project_id}/models/{model_id}", {
        params: { path: { project_id: project.id, model_id: model.model_id } },
      }),
    );
    const kept = gone.delete_failed_list[0];
    if (kept) throw new Error(`${kept.error_code} ${kept.error_msg}`);
    await client.invalidateQueries({ queryKey: ["models", project.id] });
    tell(t.removed(name));
    navigate(projectPath(project, "models"));
    client.removeQueries({ queryKey: ["model", project.id, model.model_id] });
  };
  return (
    <>
      <Button icon="trash" onPress={() => setAsking(true)}>
        {t.remove}
      </Button>
      <Confirm
        title={t.removeTitle(name)}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        deed={t.remove}
        danger
        onConfirm={remove}
      >
        <p>{t.removeWhy}</p>
      </Confirm>
    </>
  );
}
