/** Deploys models as a service, or gives a service other versions and settings: one form for both. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useParams, useSearch } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure, faultOfRefusal } from "../../api/failure";
import { Button, LinkButton } from "../../components/button";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { FormActions, FormLayout, type Option, Switch, TextField } from "../../components/field";
import { Page, Section } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { askModel } from "../models/questions";
import { useService } from "../service/service-query";
import { type Draft, deploymentOf, draftOf, type Faults, faultsOf, newVersion, updateOf } from "./draft";
import { NO_MODEL, optionOf, useReadyModels } from "./models";
import { VersionFields } from "./version-fields";

const words = texts({
  services: ["Services", "服务"],
  deploy: ["Deploy a service", "部署服务"],
  update: filled(
    (name: string) => `Update ${name}`,
    (name: string) => `更新 ${name}`,
  ),
  name: ["Name", "名称"],
  nameHint: [
    "1 to 64 letters, digits, _ and -. It cannot be changed afterwards.",
    "1 到 64 个字母、数字、_ 或 -，创建后不可修改。",
  ],
  description: ["Description", "描述"],
  versions: ["Model versions", "模型版本"],
  versionsWhy: [
    "Each version gets its share of the calls. Weights must add up to 100.",
    "各版本按权重分担流量，权重之和为 100。",
  ],
  add: ["Add a version", "添加版本"],
  access: ["Who may call it", "访问控制"],
  appAuth: ["Authorised apps", "已授权的应用"],
  appAuthHint: [
    "By app signature. Users with a role may always call it.",
    "通过应用签名调用。具有角色的用户始终可以调用。",
  ],
  appCode: ["Accept AppCodes too", "同时允许 AppCode"],
  calls: ["Calls per second", "每秒调用次数上限"],
  callsHint: ["Empty: the server's default. 0: no limit.", "留空使用服务器默认值，0 表示不限制。"],
  cancel: ["Cancel", "取消"],
  deed: ["Deploy", "部署"],
  updateDeed: ["Update", "更新"],
  begun: filled(
    (name: string) => `${name} is being deployed.`,
    (name: string) => `正在部署 ${name}。`,
  ),
  updated: filled(
    (name: string) => `${name} is being updated.`,
    (name: string) => `正在更新 ${name}。`,
  ),
  noModel: ["No model to deploy yet", "还没有可部署的模型"],
  import: ["Import a model", "导入模型"],
  noModelWhy: [
    "Import one first, here or with `adyton model import my-model/`: a folder or an archive with `model/config.json`.",
    "请先在这里导入模型，或执行 `adyton model import my-model/`：支持包含 `model/config.json` 的目录或压缩包。",
  ],
  wrong: ["Correct the marked fields.", "请修改标记的字段。"],
  faultName: ["1 to 64 letters, digits, _ and -", "应为 1 到 64 个字母、数字、_ 或 -"],
  faultDescription: ["At most 100 characters", "最多 100 个字符"],
  faultModel: ["Choose a model", "请选择模型"],
  faultTwice: ["This version is already above", "该版本已添加"],
  faultWeight: ["A whole number from 0 to 100", "应为 0 到 100 的整数"],
  faultWeights: filled(
    (sum: number) => `The weights add up to ${sum}, not to 100`,
    (sum: number) => `权重之和为 ${sum}，应为 100`,
  ),
  faultInstances: ["1 to 128", "应为 1 到 128"],
  faultSeconds: ["A number of seconds, at least 1", "应为不小于 1 的秒数"],
  faultVariable: [
    "Names are letters, digits and _, do not begin with a digit, and are unique",
    "变量名由字母、数字和 _ 组成，不能以数字开头，且不能重复",
  ],
  faultCalls: ["A whole number", "应为整数"],
});

export default function DeployPage() {
  const { service } = useParams<{ service?: string }>();
  return service ? <UpdateService id={service} /> : <NewService />;
}

/** What can be chosen: published models, and what services can ask to run on. */
function useChoices() {
  const project = useProject();
  const path = { project_id: project.id };
  const ready = useReadyModels("");
  const specifications = useQuery({
    queryKey: ["specifications", project.id],
    staleTime: 600_000,
    queryFn: () => ask(api.GET("/v1/{project_id}/services/specifications", { params: { path } })),
  });
  return {
    models: ready.models,
    specifications: specifications.data?.specifications,
    error: ready.error ?? specifications.error,
  };
}

function NewService() {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  const { models, specifications, error } = useChoices();
  const wanted = new URLSearchParams(useSearch()).get("model");
  const named = useQuery({
    queryKey: ["model", project.id, wanted],
    enabled: wanted !== null,
    queryFn: () => askModel(project, wanted ?? ""),
  });
  const crumbs = [{ title: t.services, to: projectPath(project, "services") }];
  if (!models || !specifications || named.isLoading) {
    return (
      <Page title={t.deploy} crumbs={crumbs} narrow>
        {error ? <FailureNote error={error} /> : <Skeleton lines={8} />}
      </Page>
    );
  }
  const first = named.data ? optionOf(named.data) : models[0];
  const version = newVersion(first ?? NO_MODEL, specifications[0]?.specification ?? "", 100);
  return (
    <Page title={t.deploy} crumbs={crumbs} narrow>
      {first ? (
        <DeployForm
          initial={{
            name: named.data?.model_name ?? "",
            description: "",
            versions: [version],
            callsPerSecond: "",
            appAuth: false,
            appCode: true,
          }}
          models={models}
          specifications={specifications}
        />
      ) : (
        <Empty
          icon="layers"
          title={t.noModel}
          action={
            may("modelarts:model:create") && (
              <LinkButton kind="primary" icon="upload" to={projectPath(project, "models/import")}>
                {t.import}
              </LinkButton>
            )
          }
        >
          {t.noModelWhy}
        </Empty>
      )}
    </Page>
  );
}

function UpdateService({ id }: { id: string }) {
  const t = useTexts(words);
  const project = useProject();
  const { models, specifications, error } = useChoices();
  const service = useService(id);
  const name = service.data?.service_name ?? "";
  const crumbs = [
    { title: t.services, to: projectPath(project, "services") },
    { title: name || id, to: projectPath(project, `services/${id}`) },
  ];
  const failure = error ?? service.error;
  return (
    <Page title={t.update(name)} crumbs={crumbs} narrow>
      {failure && <FailureNote error={failure} />}
      {service.data && models && specifications ? (
        <DeployForm
          key={id}
          service={id}
          initial={draftOf(service.data)}
          models={models}
          specifications={specifications}
        />
      ) : (
        !failure && <Skeleton lines={8} />
      )}
    </Page>
  );
}

interface FormProps {
  /** The service that is changed; a new one without. */
  service?: string;
  initial: Draft;
  models: Option[];
  specifications: Schemas["SpecificationShown"][];
}

function useFaultWords() {
  const t = useTexts(words);
  return {
    name: t.faultName,
    description: t.faultDescription,
    model: t.faultModel,
    twice: t.faultTwice,
    weight: t.faultWeight,
    weights: t.faultWeights,
    instances: t.faultInstances,
    seconds: t.faultSeconds,
    variable: t.faultVariable,
    calls: t.faultCalls,
  };
}

function DeployForm({ service, initial, models, specifications }: FormProps) {
  const t = useTexts(words);
  const project = useProject();
  const faultWords = useFaultWords();
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const deploy = useDeploy(service);
  const own = faultsOf(draft, !service, faultWords);
  const refusal = deploy.error ? faultOfRefusal(asFailure(deploy.error)) : null;
  const faults: Faults = tried ? { ...(refusal ? { [refusal.field]: refusal.text } : {}), ...own } : {};
  const change = (part: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...part }));
    if (deploy.error) deploy.reset();
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(own).length === 0) deploy.mutate(draft);
  };
  const back = projectPath(project, service ? `services/${service}` : "services");
  return (
    <FormLayout label={service ? t.update(draft.name) : t.deploy} onSubmit={submit}>
      {!service && (
        <TextField
          label={t.name}
          hint={t.nameHint}
          value={draft.name}
          onChange={(name) => change({ name })}
          error={faults.service_name}
          isRequired
          autoFocus
          autoComplete="off"
        />
      )}
      <TextField
        label={t.description}
        value={draft.description}
        onChange={(description) => change({ description })}
        error={faults.description}
        autoComplete="off"
      />
      <Section title={t.versions} about={t.versionsWhy}>
        <VersionFields
          versions={draft.versions}
          onChange={(versions) => change({ versions })}
          faults={faults}
          models={models}
          specifications={specifications}
        />
      </Section>
      <Section title={t.access}>
        <Switch
          label={t.appAuth}
          hint={t.appAuthHint}
          isSelected={draft.appAuth}
          onChange={(appAuth) => change({ appAuth })}
        />
        <Switch label={t.appCode} isSelected={draft.appCode} onChange={(appCode) => change({ appCode })} />
        <TextField
          label={t.calls}
          hint={t.callsHint}
          mode="numeric"
          value={draft.callsPerSecond}
          onChange={(callsPerSecond) => change({ callsPerSecond })}
          error={faults.calls_per_second ?? faults["additional_properties.calls_per_second"]}
        />
      </Section>
      {deploy.error && <FailureNote error={deploy.error} />}
      {tried && Object.keys(own).length > 0 && <FailureNote error={t.wrong} />}
      <FormActions>
        <LinkButton to={back}>{t.cancel}</LinkButton>
        <Button type="submit" kind="primary" isPending={deploy.isPending}>
          {service ? t.updateDeed : t.deed}
        </Button>
      </FormActions>
    </FormLayout>
  );
}

function useDeploy(service: string | undefined) {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: async (draft: Draft) => {
      const path = { project_id: project.id };
      if (!service) {
        return (
          await ask(api.POST("/v1/{project_id}/services", { params: { path }, body: deploymentOf(draft) }))
        ).service_id;
      }
      const params = { path: { ...path, service_id: service } };
      await ask(api.PUT("/v1/{project_id}/services/{service_id}", { params, body: updateOf(draft) }));
      return service;
    },
    onSuccess: async (id, draft) => {
      tell(service ? t.updated(draft.name) : t.begun(draft.name));
      await Promise.all(
        ["service", "services", "updates"].map((key) =>
          client.invalidateQueries({ queryKey: [key, project.id] }),
        ),
      );
      navigate(projectPath(project, `services/${id}/events`));
    },
  });
}
