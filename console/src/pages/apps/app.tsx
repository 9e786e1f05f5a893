/** An app: its key, what it may call, its AppCodes; reset, disabled, deleted. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Button } from "../../components/button";
import { Id } from "../../components/copy";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Gone } from "../../components/gone";
import { Moment } from "../../components/moment";
import { Card, Facts, Page } from "../../components/page";
import { SecretDialog, type SecretPart } from "../../components/secret";
import { tell, tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { AppState } from "./apps";
import { Authorisations } from "./authorisations";
import { Codes } from "./codes";
import { askApp, type Gateway, useGateway } from "./questions";

const words = texts({
  apps: ["Apps", "应用"],
  app: ["App", "应用"],
  gone: ["This app does not exist", "应用不存在"],
  goneWhy: ["It was deleted, or it belongs to another project.", "应用已被删除，或属于其他项目。"],
  all: ["All apps", "所有应用"],
  key: ["AppKey", "AppKey"],
  secret: ["AppSecret", "AppSecret"],
  secretKept: ["shown once, at creation", "仅在创建时显示一次"],
  id: ["ID", "ID"],
  made: ["Created", "创建时间"],
  changed: ["Changed", "更新时间"],
  reset: ["Reset the secret", "重置密钥"],
  resetTitle: filled(
    (name: string) => `Reset the AppSecret of ${name}?`,
    (name: string) => `重置 ${name} 的 AppSecret？`,
  ),
  resetWhy: [
    "The old secret stops working immediately: programs that sign with it get APIG.1009 until they use the new one.",
    "旧密钥立即失效：仍使用旧密钥签名的程序会收到 APIG.1009，直到换用新密钥。",
  ],
  disable: ["Disable", "停用"],
  enable: ["Enable", "启用"],
  disabled: ["The app is disabled: its calls are refused.", "应用已停用：其调用会被拒绝。"],
  enabled: ["The app may call again.", "应用已启用。"],
  remove: ["Delete", "删除"],
  removeTitle: filled(
    (name: string) => `Delete ${name}?`,
    (name: string) => `删除应用 ${name}？`,
  ),
  removeWhy: [
    "Its key, AppCodes and authorisations are deleted permanently. Programs that use them are refused immediately.",
    "其密钥、AppCode 与授权将永久删除，使用它们的程序会立即被拒绝。",
  ],
  typeName: ["Type the name of the app to delete it", "请输入应用名称以确认删除"],
  removed: filled(
    (name: string) => `${name} was deleted.`,
    (name: string) => `已删除 ${name}。`,
  ),
});

type App = Schemas["AppShown"];

export default function AppPage() {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  const id = useParams<{ app: string }>().app;
  const { gateway, error: noGateway } = useGateway();
  const { data, error, refetch } = useQuery({
    queryKey: ["app", project.id, id],
    enabled: gateway !== undefined,
    queryFn: () => askApp(gateway as Gateway, id),
  });
  const failure = noGateway ?? error;
  const list = { title: t.apps, to: projectPath(project, "apps") };
  if (error && asFailure(error).status === 404)
    return <Gone icon="app" title={t.gone} why={t.goneWhy} all={t.all} list={list} />;
  if (!gateway || !data)
    return (
      <Page title={t.app} crumbs={[list]}>
        {failure ? <FailureNote error={failure} retry={() => void refetch()} /> : <Skeleton lines={6} />}
      </Page>
    );
  return (
    <Page
      title={data.name}
      crumbs={[list]}
      narrow
      aside={<AppState status={data.status} />}
      about={data.remark && <bdi>{data.remark}</bdi>}
      actions={<Actions gateway={gateway} app={data} />}
    >
      <Card>
        <Facts
          facts={[
            [t.key, <Id key="key" value={data.app_key} />],
            [t.secret, t.secretKept],
            [t.id, <Id key="id" value={data.id} />],
            [t.made, <Moment key="made" at={data.register_time} />],
            [t.changed, <Moment key="changed" at={data.update_time} />],
          ]}
        />
      </Card>
      {may("apig:appAuths:list") && <Authorisations gateway={gateway} app={data} />}
      {may("apig:apps:update") && <Codes gateway={gateway} app={data} />}
    </Page>
  );
}

function Actions({ gateway, app }: { gateway: Gateway; app: App }) {
  const t = useTexts(words);
  const may = useMay();
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState<"reset" | "delete" | null>(null);
  const [secret, setSecret] = useState<SecretPart[] | null>(null);
  const path = { ...gateway, app_id: app.id };
  const refresh = () =>
    Promise.all(["app", "apps"].map((key) => client.invalidateQueries({ queryKey: [key, project.id] })));
  const reset = async () => {
    const answer = await ask(
      api.PUT("/v2/{project_id}/apigw/instances/{instance_id}/apps/secret/{app_id}", {
        params: { path },
        body: {},
      }),
    );
    await refresh();
    setSecret([
      { label: "AppKey", value: answer.app_key },
      { label: "AppSecret", value: answer.app_secret ?? "" },
    ]);
  };
  const turn = async (status: 0 | 1) => {
    try {
      await ask(
        api.PUT("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}", {
          params: { path },
          body: { status },
        }),
      );
      tell(status === 1 ? t.enabled : t.disabled);
    } catch (failure) {
      tellFailure(failure);
    }
    await refresh();
  };
  const remove = async () => {
    await ask(
      api.DELETE("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}", { params: { path } }),
    );
    await client.invalidateQueries({ queryKey: ["apps", project.id] });
    tell(t.removed(app.name));
    navigate(projectPath(project, "apps"));
    client.removeQueries({ queryKey: ["app", project.id, app.id] });
  };
  return (
    <>
      {may("apig:apps:update") && (
        <>
          <Button icon="refresh" onPress={() => setAsking("reset")}>
            {t.reset}
          </Button>
          <Button onPress={() => void turn(app.status === 1 ? 0 : 1)}>
            {app.status === 1 ? t.disable : t.enable}
          </Button>
        </>
      )}
      {may("apig:apps:delete") && (
        <Button icon="trash" onPress={() => setAsking("delete")}>
          {t.remove}
        </Button>
      )}
      <Confirm
        title={t.resetTitle(app.name)}
        isOpen={asking === "reset"}
        onClose={() => setAsking(null)}
        deed={t.reset}
        danger
        onConfirm={reset}
      >
        <p>{t.resetWhy}</p>
      </Confirm>
      <Confirm
        title={t.removeTitle(app.name)}
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        deed={t.remove}
        danger
        typed={{ value: app.name, label: t.typeName }}
        onConfirm={remove}
      >
        <p>{t.removeWhy}</p>
      </Confirm>
      <SecretDialog title={t.secret} parts={secret} onClose={() => setSecret(null)} />
    </>
  );
}
