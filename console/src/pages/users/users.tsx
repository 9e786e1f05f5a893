/** The users of the domain, for administrators. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Id } from "../../components/copy";
import { TextField } from "../../components/field";
import { useForm } from "../../components/form";
import { FormDialog } from "../../components/form-dialog";
import { ListPage } from "../../components/list-page";
import { type Column, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import { useSession } from "../../session/session";
import { usePasswordRule } from "./password-rule";
import { askUsers } from "./questions";

const words = texts({
  title: ["Users", "用户"],
  none: ["No users yet", "还没有用户"],
  noneWhy: ["A user signs in here and calls services.", "用户可以登录控制台并调用服务。"],
  name: ["Name", "名称"],
  state: ["State", "状态"],
  enabled: ["May sign in", "可登录"],
  disabled: ["Disabled", "已停用"],
  id: ["Id", "ID"],
  total: filled(
    (n: number) => counted(n, "user", "users"),
    (n: number) => `共 ${n} 个用户`,
  ),
  create: ["Create a user", "创建用户"],
  about: [
    "A new user has no permissions: grant a role on the user's page.",
    "新用户没有任何权限：请在其页面中授予角色。",
  ],
  password: ["Password", "密码"],
  passwordHint: ["8 to 128 characters. The user can change it later.", "8 到 128 个字符。用户可自行修改。"],
  nameWrong: ["Enter a name.", "请填写名称。"],
  taken: ["This name is taken.", "该用户名已被使用。"],
  submit: ["Create", "创建"],
  nothing: ["No matching users", "没有符合条件的用户"],
  nothingWhy: ["Try another name.", "请尝试其他名称。"],
});

type User = Schemas["UserShown"];

export default function UsersPage() {
  const t = useTexts(words);
  const { permissions } = useSession();
  const [filter, choose] = useChoices(["name"]);
  const name = useDeferredValue(filter.name.trim().toLowerCase());
  const [isCreating, setCreating] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: ["users"], queryFn: askUsers });
  // The API gives all users at once, and finds one by the whole name only.
  const rows = useMemo(
    () => data?.users.filter((user) => user.name.toLowerCase().includes(name)),
    [data, name],
  );
  return (
    <>
      <ListPage
        words={t}
        icon="users"
        total={rows?.length}
        error={data ? null : error}
        retry={() => void refetch()}
        name={filter.name}
        onName={(text) => choose({ name: text })}
        isFiltered={name !== ""}
        action={
          permissions.has("iam:users:create") && (
            <Button kind="primary" icon="plus" onPress={() => setCreating(true)}>
              {t.create}
            </Button>
          )
        }
      >
        <UserTable rows={rows} />
      </ListPage>
      <CreateUser isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  );
}

export function UserState({ enabled }: { enabled: boolean }) {
  const t = useTexts(words);
  return <Badge tone={enabled ? "ok" : "idle"}>{enabled ? t.enabled : t.disabled}</Badge>;
}

function UserTable({ rows }: { rows: User[] | undefined }) {
  const t = useTexts(words);
  const columns: Column<User>[] = [
    { title: t.name, width: "minmax(9rem, 2fr)", cell: (user) => <bdi>{user.name}</bdi> },
    { title: t.state, width: "9rem", cell: (user) => <UserState enabled={user.enabled} /> },
    { title: t.id, width: "minmax(12rem, 2fr)", extra: true, cell: (user) => <Id value={user.id} /> },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={(user) => user.id}
      to={(user) => `/users/${user.id}`}
    />
  );
}

function CreateUser({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(words);
  const { faultOf } = usePasswordRule();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const form = useForm(
    { name: "", password: "" },
    {
      check: ({ name, password }) => ({ name: name.trim() ? "" : t.nameWrong, password: faultOf(password) }),
      send: async ({ name, password }) => {
        const { user } = await ask(
          api.POST("/v3/users", { body: { user: { name: name.trim(), password } } }),
        );
        await client.invalidateQueries({ queryKey: ["users"] });
        onClose();
        navigate(`/users/${user.id}`);
      },
      faultsOf: ({ reason }) => (reason === "iam.conflict" ? { name: t.taken } : null),
    },
  );
  return (
    <FormDialog
      title={t.create}
      about={t.about}
      isOpen={isOpen}
      onClose={onClose}
      form={form}
      deed={t.submit}
    >
      <TextField label={t.name} autoComplete="off" autoFocus isRequired {...form.field("name")} />
      <TextField
        label={t.password}
        hint={t.passwordHint}
        type="password"
        autoComplete="new-password"
        isRequired
        {...form.field("password")}
      />
    </FormDialog>
  );
}
