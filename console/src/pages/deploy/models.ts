/** The models that can be deployed, as options of a field. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import type { Option } from "../../components/field";
import { useProject } from "../../session/project";

/** More than anybody reads: whoever has more models types a name. */
const OFFERED = 50;

export const NO_MODEL: Option = { value: "", label: "" };

type Model = Pick<Schemas["ModelSummary"], "model_id" | "model_name" | "model_version" | "description">;

export const optionOf = (model: Model): Option => ({
  value: model.model_id,
  label: `${model.model_name} ${model.model_version}`,
  detail: model.description || undefined,
});

/** The newest that are ready and whose names hold what was typed; `undefined` until they are known. */
export function useReadyModels(typed: string): { models: Option[] | undefined; error: unknown } {
  const project = useProject();
  // A version after the name narrows nothing down that is searched by name.
  const name = typed.split(/\s/)[0] ?? "";
  const { data, error } = useQuery({
    queryKey: ["models", project.id, "published", name],
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/models", {
          params: {
            path: { project_id: project.id },
            query: {
              model_status: "published",
              model_name: name || null,
              limit: OFFERED,
              sort_by: "create_at",
              order: "desc",
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return { models: data?.models.map(optionOf), error };
}

export function useModels(typed: string): Option[] {
  return useReadyModels(typed).models ?? [];
}
