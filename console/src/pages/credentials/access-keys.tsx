/** The access keys of a user: made, disabled, deleted. A secret is shown once. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Badge } from "../../components/badge";
import { Button, IconButton } from "../../components/button";
import { Id } from "../../components/copy";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { TextField } from "../../components/field";
import { useForm } from "../../components/form";
import { FormDialog } from "../../components/form-dialog";
import { Detail, Item, List, None } from "../../components/list";
import { Moment } from "../../components/moment";
import { Section } from "../../components/page";
import { SecretDialog, type SecretPart } from "../../components/secret";
import { tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  title: ["Access keys", "访问密钥"],
  none: ["No access keys yet.", "还没有访问密钥。"],
  create: ["Create an access key", "创建访问密钥"],
  description: ["Description", "描述"],
  full: ["You have reached the limit of keys: delete one first.", "访问密钥数量已达上限，请先删除一个。"],
  descriptionHint: ["Purpose, and where it is kept", "用途与保存位置"],
  submit: ["Create", "创建"],
  made: ["Access key", "访问密钥"],
  active: ["Active", "已启用"],
  inactive: ["Disabled", "已停用"],
  disable: ["Disable", "停用"],
  enable: ["Enable", "启用"],
  remove: ["Delete", "删除"],
  removeOne: ["Delete the access key", "删除访问密钥"],
  removeTitle: ["Delete this access key?", "删除此访问密钥？"],
  removeWhy: ["Calls signed with it are refused immediately.", "使用它签名的调用会立即被拒绝。"],
});

type Key = Schemas["CredentialShown"];

interface Props {
  user: string;
  keys: readonly Key[] | undefined;
  error: unknown;
  mayChange: boolean;
}

export function AccessKeys({ user, keys, error, mayChange }: Props) {
  const t = useTexts(words);
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["keys", user] });
  const [isCreating, setCreating] = useState(false);
  const [gone, setGone] = useState<Key | null>(null);
  const turn = async (key: Key) => {
    const status = key.status === "active" ? "inactive" : "active";
    try {
      await ask(
        api.PUT("/v3.0/OS-CREDENTIAL/credentials/{access_key}", {
          params: { path: { access_key: key.access } },
          body: { credential: { status } },
        }),
      );
    } catch (failure) {
      tellFailure(failure);
    }
    await refresh();
  };
  const remove = async () => {
    if (!gone) return;
    await ask(
      api.DELETE("/v3.0/OS-CREDENTIAL/credentials/{access_key}", {
        params: { path: { access_key: gone.access } },
      }),
    );
    await refresh();
  };
  return (
    <Section
      title={t.title}
      actions={
        mayChange && (
          <Button icon="plus" onPress={() => setCreating(true)}>
            {t.create}
          </Button>
        )
      }
    >
      {error !== null && error !== undefined && <FailureNote error={error} />}
      {!keys && !error && <Skeleton lines={2} />}
      {keys?.length === 0 && <None>{t.none}</None>}
      {keys && keys.length > 0 && (
        <List>
          {keys.map((key) => (
            <Item
              key={key.access}
              name={
                <>
                  <Id value={key.access} />
                  {key.description && (
                    <Detail>
                      <bdi>{key.description}</bdi>
                    </Detail>
                  )}
                </>
              }
            >
              <Badge tone={key.status === "active" ? "ok" : "idle"}>
                {key.status === "active" ? t.active : t.inactive}
              </Badge>
              <Detail>
                <Moment at={key.create_time} />
              </Detail>
              {mayChange && (
                <>
                  <Button small kind="quiet" onPress={() => void turn(key)}>
                    {key.status === "active" ? t.disable : t.enable}
                  </Button>
                  <IconButton icon="trash" label={t.removeOne} onPress={() => setGone(key)} />
                </>
              )}
            </Item>
          ))}
        </List>
      )}
      <CreateKey user={user} isOpen={isCreating} onClose={() => setCreating(false)} refresh={refresh} />
      <Confirm
        title={t.removeTitle}
        isOpen={gone !== null}
        onClose={() => setGone(null)}
        deed={t.remove}
        danger
        onConfirm={remove}
      >
        <p>
          <code>{gone?.access}</code>
        </p>
        <p>{t.removeWhy}</p>
      </Confirm>
    </Section>
  );
}

interface CreateProps {
  user: string;
  isOpen: boolean;
  onClose: () => void;
  refresh: () => Promise<unknown>;
}

function CreateKey({ user, isOpen, onClose, refresh }: CreateProps) {
  const t = useTexts(words);
  const [made, setMade] = useState<SecretPart[] | null>(null);
  const form = useForm(
    { description: "" },
    {
      send: async ({ description }) => {
        const { credential } = await ask(
          api.POST("/v3.0/OS-CREDENTIAL/credentials", {
            body: { credential: { user_id: user, description } },
          }),
        );
        onClose();
        setMade([
          { label: "AK", value: credential.access },
          { label: "SK", value: credential.secret ?? "" },
        ]);
        await refresh();
      },
      faultsOf: ({ reason }) => (reason === "iam.key_quota" ? { description: t.full } : null),
    },
  );
  return (
    <>
      <FormDialog title={t.create} isOpen={isOpen} onClose={onClose} form={form} deed={t.submit}>
        <TextField
          label={t.description}
          hint={t.descriptionHint}
          maxLength={255}
          autoFocus
          {...form.field("description")}
        />
      </FormDialog>
      <SecretDialog title={t.made} parts={made} onClose={() => setMade(null)} />
    </>
  );
}
