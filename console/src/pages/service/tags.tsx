/** The tags of a service: a key and a value each, by which services are found and told apart. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { IconButton } from "../../components/button";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { TextField } from "../../components/field";
import { FormBody, useForm } from "../../components/form";
import { Item, List, None } from "../../components/list";
import { Section } from "../../components/page";
import { tell, tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { tagText } from "../services/tag-text";
import type { Service } from "./service-query";

const words = texts({
  title: ["Tags", "标签"],
  about: [
    "Up to 20 keys, with or without values. Use them to filter the list of services.",
    "最多 20 个标签键，值可以为空。服务列表可按标签筛选。",
  ],
  none: ["No tags yet.", "还没有标签。"],
  key: ["Key", "键"],
  value: ["Value", "值"],
  keyHint: [
    "Letters, digits, spaces and _.:=+-@; at most 128",
    "字母、数字、空格与 _.:=+-@，最多 128 个字符",
  ],
  valueHint: ["May be empty; at most 255 characters", "可以为空，最多 255 个字符"],
  add: ["Add the tag", "添加标签"],
  change: ["Change the tag", "修改标签"],
  noKey: ["Enter a key.", "请填写标签键。"],
  remove: filled(
    (tag: string) => `Remove ${tag}`,
    (tag: string) => `移除 ${tag}`,
  ),
  removed: filled(
    (tag: string) => `${tag} was removed.`,
    (tag: string) => `已移除 ${tag}。`,
  ),
  alike: ["Services with this tag", "带有该标签的服务"],
});

type Tag = Schemas["TmsTag"];

export default function Tags({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const mayChange = useMay()("modelarts:service:update");
  const path = { project_id: project.id, service_id: service.service_id };
  const client = useQueryClient();
  const tags = useQuery({
    queryKey: ["tags", project.id, service.service_id],
    queryFn: () => ask(api.GET("/v1/{project_id}/services/{service_id}/tags", { params: { path } })),
  });
  const refresh = () =>
    Promise.all(
      ["tags", "service", "services"].map((key) => client.invalidateQueries({ queryKey: [key, project.id] })),
    );
  const remove = async (tag: Tag) => {
    try {
      await ask(
        api.DELETE("/v1/{project_id}/services/{service_id}/tags/delete", {
          params: { path },
          body: { tags: [{ key: tag.key }] },
        }),
      );
      tell(t.removed(tagText(tag)));
      await refresh();
    } catch (failure) {
      tellFailure(failure);
    }
  };
  const held = tags.data?.tags;
  return (
    <Section title={t.title} about={t.about}>
      {tags.error && <FailureNote error={tags.error} retry={() => void tags.refetch()} />}
      {!held && !tags.error && <Skeleton lines={3} />}
      {held?.length === 0 && <None>{t.none}</None>}
      {held && held.length > 0 && (
        <List>
          {held.map((tag) => (
            <Item
              key={tag.key}
              name={
                <span>
                  <Chip long>
                    <bdi>{tag.key}</bdi>
                  </Chip>{" "}
                  <bdi>{tag.value}</bdi>
                </span>
              }
            >
              <Link href={projectPath(project, `services?tag=${encodeURIComponent(tagText(tag))}`)}>
                {t.alike}
              </Link>
              {mayChange && (
                <IconButton icon="trash" label={t.remove(tagText(tag))} onPress={() => void remove(tag)} />
              )}
            </Item>
          ))}
        </List>
      )}
      {mayChange && held && <Add path={path} held={held} refresh={refresh} />}
    </Section>
  );
}

interface AddProps {
  path: { project_id: string; service_id: string };
  held: readonly Tag[];
  refresh: () => Promise<unknown>;
}

function Add({ path, held, refresh }: AddProps) {
  const t = useTexts(words);
  const form = useForm(
    { key: "", value: "" },
    {
      check: ({ key }) => ({ key: key.trim() ? "" : t.noKey }),
      send: async ({ key, value }) => {
        await ask(
          api.POST("/v1/{project_id}/services/{service_id}/tags/create", {
            params: { path },
            body: { tags: [{ key: key.trim(), value }] },
          }),
        );
        await refresh();
      },
    },
  );
  const isThere = held.some((tag) => tag.key === form.values.key.trim());
  return (
    <FormBody form={form} label={t.add} deed={isThere ? t.change : t.add} kind="plain" icon="plus" inRow>
      <TextField label={t.key} hint={t.keyHint} autoComplete="off" isRequired {...form.field("key")} />
      <TextField label={t.value} hint={t.valueHint} autoComplete="off" {...form.field("value")} />
    </FormBody>
  );
}
