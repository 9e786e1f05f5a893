/** What an app may call: authorised for an API at once, and taken back at once. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { IconButton } from "../../components/button";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Select } from "../../components/field";
import { FormBody, useForm } from "../../components/form";
import { Detail, Item, List, None } from "../../components/list";
import { Moment } from "../../components/moment";
import { Section } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { askAuthorisations, askUnauthorised, type Gateway, RELEASE } from "./questions";

const words = texts({
  title: ["May call", "已授权的 API"],
  about: [
    "Calls to an API that the app is not authorised for are refused with APIG.0304.",
    "应用调用未授权的 API 时会收到 APIG.0304。",
  ],
  none: [
    "None yet: authorise the app for a service's API below.",
    "还没有授权：请在下方为其授权服务的 API。",
  ],
  noneToSee: ["None yet.", "还没有授权。"],
  pick: ["API of a service", "服务的 API"],
  choose: ["Choose a service", "选择服务"],
  authorise: ["Authorise", "授权"],
  revoke: ["Revoke", "撤销"],
  revokeOf: filled(
    (name: string) => `Revoke the authorisation for ${name}`,
    (name: string) => `撤销对 ${name} 的授权`,
  ),
  revokeTitle: filled(
    (app: string, name: string) => `Revoke the authorisation of ${app} for ${name}?`,
    (app: string, name: string) => `撤销 ${app} 对 ${name} 的授权？`,
  ),
  revokeWhy: ["Its calls are refused immediately with APIG.0304.", "其调用会立即被拒绝（APIG.0304）。"],
  done: filled(
    (name: string) => `The app may call ${name}.`,
    (name: string) => `应用已获得 ${name} 的授权。`,
  ),
  all: ["The app may call every service of the project.", "应用已获得本项目全部服务的授权。"],
});

interface Props {
  gateway: Gateway;
  app: Schemas["AppShown"];
}

export function Authorisations({ gateway, app }: Props) {
  const t = useTexts(words);
  const may = useMay();
  const project = useProject();
  const [revoked, setRevoked] = useState<Schemas["AuthShown"] | null>(null);
  const refresh = useRefresh(app.id);
  const { data, error } = useQuery({
    queryKey: ["authorisations", project.id, app.id],
    queryFn: () => askAuthorisations(gateway, app.id),
  });
  const mayAdd = may("apig:appAuths:create");
  const revoke = async () => {
    if (!revoked) return;
    await ask(
      api.DELETE("/v2/{project_id}/apigw/instances/{instance_id}/app-auths/{app_auth_id}", {
        params: { path: { ...gateway, app_auth_id: revoked.id } },
      }),
    );
    await refresh();
  };
  return (
    <Section title={t.title} about={t.about}>
      {error && <FailureNote error={error} />}
      {!data && !error && <Skeleton lines={2} />}
      {data?.auths.length === 0 && <None>{mayAdd ? t.none : t.noneToSee}</None>}
      {data && data.auths.length > 0 && (
        <List>
          {data.auths.map((one) => (
            <Item
              key={one.id}
              name={
                may("modelarts:service:get") ? (
                  <Link href={projectPath(project, `services/${one.service_id}`)}>
                    <bdi>{one.api_name}</bdi>
                  </Link>
                ) : (
                  <bdi>{one.api_name}</bdi>
                )
              }
            >
              <Detail>
                <Moment at={one.auth_time} />
              </Detail>
              {may("apig:appAuths:delete") && (
                <IconButton icon="close" label={t.revokeOf(one.api_name)} onPress={() => setRevoked(one)} />
              )}
            </Item>
          ))}
        </List>
      )}
      {mayAdd && data && <Add gateway={gateway} app={app} refresh={refresh} />}
      <Confirm
        title={t.revokeTitle(app.name, revoked?.api_name ?? "")}
        isOpen={revoked !== null}
        onClose={() => setRevoked(null)}
        deed={t.revoke}
        danger
        onConfirm={revoke}
      >
        <p>{t.revokeWhy}</p>
      </Confirm>
    </Section>
  );
}

function useRefresh(app: string) {
  const project = useProject();
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ["authorisations", project.id, app] }),
      client.invalidateQueries({ queryKey: ["unauthorised", project.id, app] }),
      client.invalidateQueries({ queryKey: ["apps", project.id] }),
    ]);
  };
}

function Add({ gateway, app, refresh }: Props & { refresh: () => Promise<void> }) {
  const t = useTexts(words);
  const project = useProject();
  const { data } = useQuery({
    queryKey: ["unauthorised", project.id, app.id],
    queryFn: () => askUnauthorised(gateway, app.id),
  });
  const form = useForm(
    { api: "" },
    {
      send: async (chosen) => {
        await ask(
          api.POST("/v2/{project_id}/apigw/instances/{instance_id}/app-auths", {
            params: { path: gateway },
            body: { api_ids: [chosen.api], app_ids: [app.id], env_id: RELEASE },
          }),
        );
        tell(t.done(data?.apis.find((one) => one.id === chosen.api)?.name ?? ""));
        await refresh();
      },
    },
  );
  if (data?.apis.length === 0) return <None>{t.all}</None>;
  return (
    <FormBody form={form} label={t.authorise} deed={t.authorise} isReady={form.values.api !== ""} inRow>
      <Select
        label={t.pick}
        placeholder={t.choose}
        isDisabled={!data}
        options={(data?.apis ?? []).map((one) => ({ value: one.id, label: one.name }))}
        {...form.field("api")}
      />
    </FormBody>
  );
}
