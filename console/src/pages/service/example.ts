/** A body that fits what a service declares, as the server makes it up: the command line and the snippets begin with the same. */
import { useQuery } from "@tanstack/react-query";
import { ask, api as server } from "../../api/client";
import { useProject } from "../../session/project";
import { bodyText, type Declared } from "./declared";
import type { Service } from "./service-query";

export interface Example {
  /** The body as text; `{}` where nothing is declared, or none can be made up. */
  text: string;
  /** Fields of a form and what they hold; those that are files have none. */
  fields: Readonly<Record<string, string>>;
}

const NONE: Example = { text: "{}", fields: {} };

/** `undefined` until it is known. */
export function useExample(service: Service, api: Declared): Example | undefined {
  const project = useProject();
  const { data, isError } = useQuery({
    queryKey: ["example", project.id, service.service_id, service.config, api.method, api.path],
    staleTime: 600_000,
    queryFn: () =>
      ask(
        server.GET("/adyton/v1/{project_id}/services/{service_id}/example", {
          params: {
            path: { project_id: project.id, service_id: service.service_id },
            query: { path: api.path, method: api.method },
          },
        }),
      ),
  });
  if (isError) return NONE;
  return data && exampleOf(data.body);
}

export function exampleOf(body: unknown): Example {
  if (body === null || body === undefined) return NONE;
  const own = typeof body === "object" && !Array.isArray(body) ? Object.entries(body) : [];
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    text: bodyText(body),
    fields: Object.fromEntries(own.map(([name, value]) => [name, text(value)])),
  };
}
