/** The roles of a user: in the whole domain, and in each project that the administrator sees. */
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { IconButton } from "../../components/button";
import { Confirm } from "../../components/dialog";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Select } from "../../components/field";
import { FormBody, useForm } from "../../components/form";
import { Item, List, None } from "../../components/list";
import { Section } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useSession } from "../../session/session";
import { askProjects, askRoles, askRolesOf, grant, type Place, revoke } from "./questions";

const words = texts({
  title: ["Roles", "角色"],
  about: [
    "A role applies to the whole domain or to one project. Roles add up.",
    "角色可在整个账号或单个项目中生效，多个角色的权限叠加。",
  ],
  none: ["No role yet: the user has no permissions.", "还没有角色：该用户没有任何权限。"],
  domain: ["the whole domain", "整个账号"],
  role: ["Role", "角色"],
  where: ["Scope", "范围"],
  chooseRole: ["Choose a role", "选择角色"],
  chooseWhere: ["Choose a scope", "选择生效范围"],
  grant: ["Grant", "授予"],
  revoke: ["Revoke", "撤销"],
  granted: ["The role was granted.", "已授予角色。"],
  revokeOf: filled(
    (role: string, where: string) => `Revoke ${role} in ${where}`,
    (role: string, where: string) => `撤销 ${where} 的 ${role}`,
  ),
  revokeTitle: filled(
    (name: string, role: string, where: string) => `Revoke ${role} in ${where} from ${name}?`,
    (name: string, role: string, where: string) => `撤销 ${name} 在 ${where} 的 ${role} 角色？`,
  ),
  revokeWhy: [
    "This takes effect immediately, also for open sessions and tokens.",
    "立即生效，已有的会话与令牌同样受影响。",
  ],
});

/** What each of the built-in roles may. */
const roles = texts({
  administrator: ["Everything", "全部权限"],
  operator: ["Models, services, apps and requests", "模型、服务、应用与请求"],
  auditor: ["Read-only, with the audit", "只读，可查看审计"],
  caller: ["Calls services", "调用服务"],
});

/** A role somewhere. */
interface Held {
  role: Schemas["Named"];
  place: Place;
  where: string;
}

const DOMAIN = "domain";

export function Roles({ user }: { user: Schemas["UserShown"] }) {
  const t = useTexts(words);
  const { domain, permissions } = useSession();
  const client = useQueryClient();
  const [gone, setGone] = useState<Held | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["roles-of", user.id] });
  const projects = useQuery({ queryKey: ["projects"], queryFn: askProjects });
  const places: { place: Place; where: string; key: string }[] = [
    { place: { in_domain: domain.id }, where: t.domain, key: DOMAIN },
    ...(projects.data ?? []).map(({ id, name }) => ({ place: { in_project: id }, where: name, key: id })),
  ];
  const { held, error, isKnown } = useQueries({
    queries: places.map(({ place, key }) => ({
      queryKey: ["roles-of", user.id, key],
      queryFn: () => askRolesOf(user.id, place),
    })),
    combine: (results) => ({
      held: results.flatMap((result, index) => {
        const at = places[index];
        return at ? (result.data ?? []).map((role) => ({ role, place: at.place, where: at.where })) : [];
      }),
      error: results.find((result) => result.error)?.error,
      isKnown: results.every((result) => result.isFetched),
    }),
  });
  const mayChange = permissions.has("iam:users:update");
  return (
    <Section title={t.title} about={t.about}>
      {error && <FailureNote error={error} />}
      {!isKnown && <Skeleton lines={2} />}
      {isKnown && !error && held.length === 0 && <None>{t.none}</None>}
      {held.length > 0 && (
        <List>
          {held.map((one) => (
            <Item
              key={`${one.role.id} ${one.where}`}
              name={
                <span>
                  <Chip>{one.role.name}</Chip> <bdi>{one.where}</bdi>
                </span>
              }
            >
              {mayChange && (
                <IconButton
                  icon="close"
                  label={t.revokeOf(one.role.name, one.where)}
                  onPress={() => setGone(one)}
                />
              )}
            </Item>
          ))}
        </List>
      )}
      {mayChange && <Grant user={user} places={places} refresh={refresh} />}
      <Confirm
        title={gone ? t.revokeTitle(user.name, gone.role.name, gone.where) : ""}
        isOpen={gone !== null}
        onClose={() => setGone(null)}
        deed={t.revoke}
        danger
        onConfirm={async () => {
          if (gone) await revoke(user.id, gone.role.id, gone.place);
          await refresh();
        }}
      >
        <p>{t.revokeWhy}</p>
      </Confirm>
    </Section>
  );
}

interface GrantProps {
  user: Schemas["UserShown"];
  places: readonly { place: Place; where: string; key: string }[];
  refresh: () => Promise<unknown>;
}

function Grant({ user, places, refresh }: GrantProps) {
  const t = useTexts(words);
  const about = useTexts(roles);
  const { data } = useQuery({ queryKey: ["roles"], queryFn: askRoles, staleTime: Number.POSITIVE_INFINITY });
  const form = useForm(
    { role: "", where: "" },
    {
      send: async ({ role, where }) => {
        const at = places.find((one) => one.key === where);
        if (!at) return;
        await grant(user.id, role, at.place);
        tell(t.granted);
        await refresh();
      },
    },
  );
  const { role, where } = form.values;
  return (
    <FormBody form={form} label={t.grant} deed={t.grant} isReady={Boolean(role && where)} inRow>
      <Select
        label={t.role}
        placeholder={t.chooseRole}
        isDisabled={!data}
        options={(data ?? []).map((one) => ({
          value: one.id,
          label: one.name,
          detail: one.name in about ? about[one.name as keyof typeof about] : undefined,
        }))}
        {...form.field("role")}
      />
      <Select
        label={t.where}
        placeholder={t.chooseWhere}
        options={places.map((one) => ({ value: one.key, label: one.where }))}
        {...form.field("where")}
      />
    </FormBody>
  );
}
