/** What the pages of models ask. */
import { api, ask } from "../../api/client";
import type { SessionProject } from "../../session/shape";

export const MODELS = 100;

/** A page of models, newest first, whose names hold a text. */
export function askModels(
  project: SessionProject,
  name: string,
  status: string,
  page: number,
  signal: AbortSignal,
) {
  return ask(
    api.GET("/v1/{project_id}/models", {
      signal,
      params: {
        path: { project_id: project.id },
        query: {
          model_name: name || null,
          model_status: status || null,
          offset: page,
          limit: MODELS,
          sort_by: "create_at",
          order: "desc",
        },
      },
    }),
  );
}

/** All versions of a model. */
export function askVersions(project: SessionProject, name: string) {
  return ask(
    api.GET("/v1/{project_id}/models", {
      params: {
        path: { project_id: project.id },
        query: { model_name: name, exact_match: "true", limit: 1000 },
      },
    }),
  ).then((list) => list.models.filter((model) => model.model_name === name));
}

export function askModel(project: SessionProject, id: string) {
  return ask(
    api.GET("/v1/{project_id}/models/{model_id}", {
      params: { path: { project_id: project.id, model_id: id } },
    }),
  );
}

/** The services that run a model. */
export function askUsers(project: SessionProject, model: string) {
  return ask(
    api.GET("/v1/{project_id}/services", {
      params: { path: { project_id: project.id }, query: { model_id: model, limit: 1000 } },
    }),
  );
}
