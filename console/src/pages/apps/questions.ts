/** What the pages of apps ask of the API Gateway API. The project has one instance, whose id stands in every address. */
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { useProject } from "../../session/project";

/** Services are published in this environment, the only one. */
export const RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID";

export interface Gateway {
  project_id: string;
  instance_id: string;
}

/** Where the project's apps are: its project and its one instance; `undefined` until that is known. */
export function useGateway(): { gateway: Gateway | undefined; error: unknown } {
  const project = useProject();
  const { data, error } = useQuery({
    queryKey: ["gateway", project.id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      ask(api.GET("/v2/{project_id}/apigw/instances", { params: { path: { project_id: project.id } } })),
    select: (list) => list.instances[0]?.id,
  });
  return { gateway: data ? { project_id: project.id, instance_id: data } : undefined, error };
}

export const APPS = 100;

export function askApps(path: Gateway, name: string, offset: number, signal: AbortSignal) {
  return ask(
    api.GET("/v2/{project_id}/apigw/instances/{instance_id}/apps", {
      signal,
      params: { path, query: { limit: APPS, offset, ...(name ? { name } : {}) } },
    }),
  );
}

export function askApp(path: Gateway, app_id: string) {
  return ask(
    api.GET("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}", {
      params: { path: { ...path, app_id } },
    }),
  );
}

export function askCodes(path: Gateway, app_id: string) {
  return ask(
    api.GET("/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes", {
      params: { path: { ...path, app_id }, query: { limit: 500 } },
    }),
  );
}

export function askAuthorisations(path: Gateway, app_id: string) {
  return ask(
    api.GET("/v2/{project_id}/apigw/instances/{instance_id}/app-auths/binded-apis", {
      params: { path, query: { app_id, limit: 500 } },
    }),
  );
}

export function askUnauthorised(path: Gateway, app_id: string) {
  return ask(
    api.GET("/v2/{project_id}/apigw/instances/{instance_id}/app-auths/unbinded-apis", {
      params: { path, query: { app_id, env_id: RELEASE, limit: 500 } },
    }),
  );
}
