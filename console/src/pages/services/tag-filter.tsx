/** Leaves only the services that have a tag; offered where the project has tags. */
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { Select } from "../../components/field";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { tagText } from "./tag-text";

const words = texts({
  tag: ["Tag", "标签"],
  all: ["All tags", "所有标签"],
});

/** More than anybody reads. */
const OFFERED = 500;

export function TagFilter({ value, onChange }: { value: string; onChange: (tag: string) => void }) {
  const t = useTexts(words);
  const project = useProject();
  const { data } = useQuery({
    queryKey: ["project-tags", project.id],
    queryFn: () =>
      ask(api.GET("/v1/{project_id}/services/tms/tags", { params: { path: { project_id: project.id } } })),
  });
  const known = (data?.tags ?? []).flatMap(({ key, values }) => [
    key,
    ...values.filter((one) => one !== "").map((one) => tagText({ key, value: one })),
  ]);
  const offered = known.slice(0, OFFERED);
  if (value && !offered.includes(value)) offered.unshift(value);
  if (offered.length === 0) return null;
  return (
    <Select
      label={t.tag}
      bare
      // What is chosen is never an empty text: the library takes that for nothing.
      options={[{ value: "*", label: t.all }, ...offered.map((tag) => ({ value: `=${tag}`, label: tag }))]}
      value={value ? `=${value}` : "*"}
      onChange={(one) => onChange(one === "*" ? "" : one.slice(1))}
    />
  );
}
