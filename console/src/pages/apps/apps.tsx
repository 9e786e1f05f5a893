/** The apps of a project: credentials of programs that call services, each authorised for APIs. */
import { useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { useForm } from "../../components/form";
import { FormDialog } from "../../components/form-dialog";
import { ListPage } from "../../components/list-page";
import { Moment } from "../../components/moment";
import { type Pages, usePages } from "../../components/pages";
import { SecretDialog, type SecretPart } from "../../components/secret";
import { type Column, PagedTable } from "../../components/table";
import { useLanguage, useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { projectPath, useMay, useProject } from "../../session/project";
import { count } from "../../time/format";
import { APPS, askApps, type Gateway, useGateway } from "./questions";

const words = texts({
  title: ["Apps", "应用"],
  name: ["Name", "名称"],
  nameHint: ["3 to 64 characters, unique in the project", "3 到 64 个字符，在项目内唯一"],
  nameWrong: ["3 to 64 characters", "3 到 64 个字符"],
  remark: ["Remark", "备注"],
  key: ["AppKey", "AppKey"],
  state: ["State", "状态"],
  works: ["Enabled", "已启用"],
  disabled: ["Disabled", "已停用"],
  authorised: ["Authorised for", "已授权 API"],
  changed: ["Changed", "更新时间"],
  total: filled(
    (n: number) => counted(n, "app", "apps"),
    (n: number) => `共 ${n} 个应用`,
  ),
  create: ["Create an app", "创建应用"],
  submit: ["Create", "创建"],
  secret: ["AppKey and AppSecret", "AppKey 与 AppSecret"],
  none: ["No apps yet", "还没有应用"],
  noneWhy: [
    "An app is the credential of a program: it signs its calls with AppKey and AppSecret, or sends an AppCode. Create one, then authorise it for a service's API.",
    "应用是程序调用服务时使用的凭证：用 AppKey 与 AppSecret 签名，或发送 AppCode。先创建应用，再为其授权服务的 API。",
  ],
  nothing: ["No matching apps", "没有符合条件的应用"],
  nothingWhy: ["Try another name.", "请尝试其他名称。"],
});

type App = Schemas["AppShown"];

export default function AppsPage() {
  const t = useTexts(words);
  const { gateway, error } = useGateway();
  const [filter, choose] = useChoices(["name"]);
  const name = useDeferredValue(filter.name.trim());
  const apps = useApps(gateway, name);
  const [isCreating, setCreating] = useState(false);
  const create = useMay()("apig:apps:create") && (
    <Button kind="primary" icon="plus" onPress={() => setCreating(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <ListPage
        words={t}
        icon="app"
        total={apps.total}
        error={error ?? apps.error}
        retry={apps.retry}
        name={filter.name}
        onName={(text) => choose({ name: text })}
        isFiltered={name !== ""}
        action={create}
      >
        <AppTable pages={apps} />
      </ListPage>
      {gateway && <CreateApp gateway={gateway} isOpen={isCreating} onClose={() => setCreating(false)} />}
    </>
  );
}

function useApps(gateway: Gateway | undefined, name: string): Pages<App> {
  const project = useProject();
  return usePages({
    key: ["apps", project.id, name],
    size: APPS,
    isEnabled: gateway !== undefined,
    ask: (page, signal) =>
      askApps(gateway as Gateway, name, page * APPS, signal).then((list) => ({
        rows: list.apps,
        total: list.total,
      })),
  });
}

export function AppState({ status }: { status: number }) {
  const t = useTexts(words);
  return <Badge tone={status === 1 ? "ok" : "idle"}>{status === 1 ? t.works : t.disabled}</Badge>;
}

function AppTable({ pages }: { pages: Pages<App> }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const project = useProject();
  const columns: Column<App>[] = [
    { title: t.name, width: "minmax(9rem, 2fr)", cell: (app) => <bdi>{app.name}</bdi> },
    { title: t.state, width: "7.5rem", cell: (app) => <AppState status={app.status} /> },
    { title: t.key, width: "minmax(9rem, 2fr)", extra: true, cell: (app) => <code>{app.app_key}</code> },
    {
      title: t.authorised,
      width: "8rem",
      right: true,
      cell: (app) => count(app.bind_num ?? 0, language),
    },
    {
      title: t.changed,
      width: "8rem",
      right: true,
      extra: true,
      cell: (app) => <Moment at={app.update_time} />,
    },
  ];
  return (
    <PagedTable
      label={t.title}
      columns={columns}
      pages={pages}
      keyOf={(app) => app.id}
      to={(app) => projectPath(project, `apps/${app.id}`)}
    />
  );
}

function CreateApp({ gateway, isOpen, onClose }: { gateway: Gateway; isOpen: boolean; onClose: () => void }) {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [made, setMade] = useState<{ id: string; parts: SecretPart[] } | null>(null);
  const form = useForm(
    { name: "", remark: "" },
    {
      check: ({ name }) => {
        const length = [...name.trim()].length;
        return { name: length < 3 || length > 64 ? t.nameWrong : "" };
      },
      send: async ({ name, remark }) => {
        const app = await ask(
          api.POST("/v2/{project_id}/apigw/instances/{instance_id}/apps", {
            params: { path: gateway },
            body: { name: name.trim(), remark },
          }),
        );
        onClose();
        setMade({
          id: app.id,
          parts: [
            { label: "AppKey", value: app.app_key },
            { label: "AppSecret", value: app.app_secret ?? "" },
          ],
        });
        void client.invalidateQueries({ queryKey: ["apps", project.id] });
      },
    },
  );
  return (
    <>
      <FormDialog title={t.create} isOpen={isOpen} onClose={onClose} form={form} deed={t.submit}>
        <TextField
          label={t.name}
          hint={t.nameHint}
          maxLength={64}
          autoFocus
          isRequired
          {...form.field("name")}
        />
        <TextField label={t.remark} maxLength={255} {...form.field("remark")} />
      </FormDialog>
      <SecretDialog
        title={t.secret}
        parts={made?.parts ?? null}
        onClose={() => {
          const id = made?.id;
          setMade(null);
          if (id) navigate(projectPath(project, `apps/${id}`));
        }}
      />
    </>
  );
}
