/** A user, for administrators: whether they may sign in, their roles, their access keys. */
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
import { TextField } from "../../components/field";
import { useForm } from "../../components/form";
import { FormDialog } from "../../components/form-dialog";
import { Gone } from "../../components/gone";
import { Card, Facts, Page } from "../../components/page";
import { tell, tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useSession } from "../../session/session";
import { AccessKeys } from "../credentials/access-keys";
import { askKeys } from "../credentials/questions";
import { usePasswordRule } from "./password-rule";
import { askUser } from "./questions";
import { Roles } from "./roles";
import { UserState } from "./users";

const words = texts({
  users: ["Users", "用户"],
  user: ["User", "用户"],
  id: ["ID", "ID"],
  gone: ["This user does not exist", "用户不存在"],
  goneWhy: ["The user was deleted, or the address is incomplete.", "用户已被删除，或地址不完整。"],
  all: ["All users", "所有用户"],
  self: ["This is you.", "这是您自己。"],
  disable: ["Disable", "停用"],
  enable: ["Enable", "启用"],
  disableTitle: filled(
    (name: string) => `Disable ${name}?`,
    (name: string) => `停用用户 ${name}？`,
  ),
  disableWhy: [
    "The user is signed out everywhere. Password and access keys do not work until the user is enabled again.",
    "该用户的所有会话会立即结束，重新启用之前，其密码与访问密钥均不可用。",
  ],
  enabled: ["The user may sign in again.", "该用户可以重新登录。"],
  disabled: ["The user was disabled.", "该用户已停用。"],
  password: ["Set a password", "设置密码"],
  passwordAbout: ["Ends all sessions and tokens of the user.", "该用户的全部会话与令牌将失效。"],
  newPassword: ["New password", "新密码"],
  passwordSet: ["The password was set.", "密码已设置。"],
  remove: ["Delete", "删除"],
  removeTitle: filled(
    (name: string) => `Delete ${name}?`,
    (name: string) => `删除用户 ${name}？`,
  ),
  removeWhy: [
    "Roles and access keys are deleted permanently. What the user created is kept.",
    "其角色与访问密钥将永久删除；其创建的资源会保留。",
  ],
  typeName: ["Type the name of the user to delete them", "请输入用户名以确认删除"],
  removed: filled(
    (name: string) => `${name} was deleted.`,
    (name: string) => `已删除 ${name}。`,
  ),
});

type User = Schemas["UserShown"];

export default function UserPage() {
  const t = useTexts(words);
  const session = useSession();
  const { permissions } = session;
  const id = useParams<{ user: string }>().user;
  const { data, error, refetch } = useQuery({ queryKey: ["user", id], queryFn: () => askUser(id) });
  const mayKeys = permissions.has("iam:credentials:list");
  const keys = useQuery({ queryKey: ["keys", id], enabled: mayKeys, queryFn: () => askKeys(id) });
  const list = { title: t.users, to: "/users" };
  if (error && asFailure(error).status === 404)
    return <Gone icon="users" title={t.gone} why={t.goneWhy} all={t.all} list={list} />;
  if (!data)
    return (
      <Page title={t.user} crumbs={[list]}>
        {error ? <FailureNote error={error} retry={() => void refetch()} /> : <Skeleton lines={6} />}
      </Page>
    );
  const isSelf = session.user.id === id;
  return (
    <Page
      title={data.name}
      crumbs={[list]}
      narrow
      aside={<UserState enabled={data.enabled} />}
      about={isSelf && t.self}
      actions={!isSelf && <Actions user={data} />}
    >
      <Card>
        <Facts facts={[[t.id, <Id key="id" value={data.id} />]]} />
      </Card>
      <Roles user={data} />
      {mayKeys && (
        <AccessKeys
          user={id}
          keys={keys.data?.credentials}
          error={keys.error}
          mayChange={isSelf || permissions.has("iam:credentials:update")}
        />
      )}
    </Page>
  );
}

function Actions({ user }: { user: User }) {
  const t = useTexts(words);
  const { permissions } = useSession();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState<"disable" | "password" | "delete" | null>(null);
  const params = { path: { user_id: user.id } };
  const refresh = () =>
    Promise.all([["user", user.id], ["users"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  const turn = async (enabled: boolean) => {
    await ask(api.PATCH("/v3/users/{user_id}", { params, body: { user: { enabled } } }));
    tell(enabled ? t.enabled : t.disabled);
    await refresh();
  };
  const remove = async () => {
    await ask(api.DELETE("/v3/users/{user_id}", { params }));
    await client.invalidateQueries({ queryKey: ["users"] });
    tell(t.removed(user.name));
    navigate("/users");
    client.removeQueries({ queryKey: ["user", user.id] });
  };
  return (
    <>
      {permissions.has("iam:users:update") && (
        <>
          <Button icon="key" onPress={() => setAsking("password")}>
            {t.password}
          </Button>
          {user.enabled ? (
            <Button onPress={() => setAsking("disable")}>{t.disable}</Button>
          ) : (
            <Button onPress={() => void turn(true).catch(tellFailure)}>{t.enable}</Button>
          )}
        </>
      )}
      {permissions.has("iam:users:delete") && (
        <Button icon="trash" onPress={() => setAsking("delete")}>
          {t.remove}
        </Button>
      )}
      <SetPassword user={user} isOpen={asking === "password"} onClose={() => setAsking(null)} />
      <Confirm
        title={t.disableTitle(user.name)}
        isOpen={asking === "disable"}
        onClose={() => setAsking(null)}
        deed={t.disable}
        danger
        onConfirm={() => turn(false)}
      >
        <p>{t.disableWhy}</p>
      </Confirm>
      <Confirm
        title={t.removeTitle(user.name)}
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        deed={t.remove}
        danger
        typed={{ value: user.name, label: t.typeName }}
        onConfirm={remove}
      >
        <p>{t.removeWhy}</p>
      </Confirm>
    </>
  );
}

function SetPassword({ user, isOpen, onClose }: { user: User; isOpen: boolean; onClose: () => void }) {
  const t = useTexts(words);
  const { rule, faultOf } = usePasswordRule();
  const form = useForm(
    { password: "" },
    {
      check: ({ password }) => ({ password: faultOf(password) }),
      send: async ({ password }) => {
        await ask(
          api.PATCH("/v3/users/{user_id}", {
            params: { path: { user_id: user.id } },
            body: { user: { password } },
          }),
        );
        tell(t.passwordSet);
        onClose();
      },
    },
  );
  return (
    <FormDialog
      title={t.password}
      about={t.passwordAbout}
      isOpen={isOpen}
      onClose={onClose}
      form={form}
      deed={t.password}
    >
      <TextField
        label={t.newPassword}
        hint={rule}
        type="password"
        autoComplete="new-password"
        autoFocus
        {...form.field("password")}
      />
    </FormDialog>
  );
}
