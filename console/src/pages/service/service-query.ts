/** A service and its models, as the tabs of its page share them. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure } from "../../api/failure";
import { useMay, useProject } from "../../session/project";
import { isMoving } from "../services/status";
import { type Declared, declaredBy } from "./declared";

export type Service = Schemas["ServiceShown"];

export function useService(id: string) {
  const project = useProject();
  return useQuery({
    queryKey: ["service", project.id, id],
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services/{service_id}", {
          params: { path: { project_id: project.id, service_id: id } },
        }),
      ),
    // One that is gone stays gone; what moves is looked at often.
    refetchInterval: ({ state }) => {
      if (state.error && asFailure(state.error).status === 404) return false;
      return state.data && isMoving(state.data.status) ? 1_000 : 10_000;
    },
  });
}

/** What the service declares; `undefined` until all its models have been read. */
export function useDeclared(service: Service): Declared[] | undefined {
  const project = useProject();
  const may = useMay()("modelarts:model:get");
  const models = useQueries({
    queries: service.config.map(({ model_id }) => ({
      queryKey: ["model", project.id, model_id],
      enabled: may,
      staleTime: 600_000,
      queryFn: () =>
        ask(
          api.GET("/v1/{project_id}/models/{model_id}", {
            params: { path: { project_id: project.id, model_id } },
          }),
        ),
    })),
    combine: (results) => ({
      settled: results.every((result) => result.isFetched || !may),
      found: results.flatMap((result) => result.data ?? []),
    }),
  });
  const { settled, found } = models;
  return useMemo(() => {
    if (!settled) return undefined;
    return declaredBy(found.length > 0 ? found : [{ apis: "[]" }]);
  }, [settled, found]);
}

/** The address of one of the service's paths. */
export function addressOf(service: Pick<Service, "access_address">, path: string): string {
  return path === "/" ? service.access_address : service.access_address + path;
}
