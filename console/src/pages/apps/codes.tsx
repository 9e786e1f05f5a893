/**
 * The AppCodes of an app, for whoever may change it: one in a header is enough to call. They are secrets: shown once when made; copying one
 * later takes it past the page.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Button, IconButton } from "../../components/button";
import { copyText } from "../../components/copy";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Detail, Item, List, None } from "../../components/list";
import { Moment } from "../../components/moment";
import { Section } from "../../components/page";
import { SecretDialog, type SecretPart } from "../../components/secret";
import { tell, tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { askCodes, type Gateway } from "./questions";

const words = texts({
  title: ["AppCodes", "AppCode"],
  about: [
    "Calls with an AppCode in the header X-Apig-AppCode need no signature. Use it only over TLS or on this machine.",
    "在请求头 X-Apig-AppCode 中发送 AppCode 即可调用，无需签名。请仅在 TLS 或本机环境中使用。",
  ],
  none: ["No AppCodes yet.", "还没有 AppCode。"],
  add: ["Generate an AppCode", "生成 AppCode"],
  copy: ["Copy the AppCode", "复制 AppCode"],
  copied: ["The AppCode was copied.", "已复制 AppCode。"],
  remove: ["Delete", "删除"],
  removeOne: ["Delete the AppCode", "删除 AppCode"],
  removeTitle: ["Delete this AppCode?", "删除此 AppCode？"],
  removeWhy: ["Calls with it are refused immediately.", "使用它的调用会立即被拒绝。"],
});

/** What of a list of codes is kept in the page: everything but the codes. */
type Known = Omit<Schemas["AppCodeShown"], "app_code">;

export function Codes({ gateway, app }: { gateway: Gateway; app: Schemas["AppShown"] }) {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const key = ["codes", project.id, app.id];
  const [made, setMade] = useState<SecretPart[] | null>(null);
  const [gone, setGone] = useState<Known | null>(null);
  const [busy, setBusy] = useState(false);
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: async (): Promise<Known[]> =>
      (await askCodes(gateway, app.id)).app_codes.map(({ app_code: _, ...known }) => known),
  });
  const generate = async () => {
    setBusy(true);
    try {
      const code = await ask(
        api.PUT("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes", {
          params: { path: { ...gateway, app_id: app.id } },
        }),
      );
      setMade([{ label: "AppCode", value: code.app_code }]);
      await client.invalidateQueries({ queryKey: key });
    } catch (failure) {
      tellFailure(failure);
    } finally {
      setBusy(false);
    }
  };
  const copy = async (code: Known) => {
    try {
      const { app_code } = await ask(
        api.GET("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes/{app_code_id}", {
          params: { path: { ...gateway, app_id: app.id, app_code_id: code.id } },
        }),
      );
      if (await copyText(app_code)) tell(t.copied);
    } catch (failure) {
      tellFailure(failure);
    }
  };
  const remove = async () => {
    if (!gone) return;
    await ask(
      api.DELETE("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes/{app_code_id}", {
        params: { path: { ...gateway, app_id: app.id, app_code_id: gone.id } },
      }),
    );
    await client.invalidateQueries({ queryKey: key });
  };
  return (
    <Section
      title={t.title}
      about={t.about}
      actions={
        <Button icon="plus" onPress={() => void generate()} isPending={busy}>
          {t.add}
        </Button>
      }
    >
      {error && <FailureNote error={error} />}
      {!data && !error && <Skeleton lines={2} />}
      {data?.length === 0 && <None>{t.none}</None>}
      {data && data.length > 0 && (
        <List>
          {data.map((code) => (
            <Item key={code.id} name={<code>{code.id}</code>}>
              <Detail>
                <Moment at={code.create_time} />
              </Detail>
              <IconButton icon="copy" label={t.copy} onPress={() => void copy(code)} />
              <IconButton icon="trash" label={t.removeOne} onPress={() => setGone(code)} />
            </Item>
          ))}
        </List>
      )}
      <SecretDialog title="AppCode" parts={made} onClose={() => setMade(null)} />
      <Confirm
        title={t.removeTitle}
        isOpen={gone !== null}
        onClose={() => setGone(null)}
        deed={t.remove}
        danger
        onConfirm={remove}
      >
        <p>{t.removeWhy}</p>
      </Confirm>
    </Section>
  );
}
