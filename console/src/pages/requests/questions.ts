/** What the pages of requests ask: the journal, one request with its explanation, and the names of services in it. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure } from "../../api/failure";
import { useProject } from "../../session/project";
import type { SessionProject } from "../../session/shape";
import { serverNow } from "../../time/clock";
import type { Explanation, JournalRow } from "./shapes";

export const FILTERS = ["service", "code", "status", "stage", "user", "app", "range"] as const;
export type RequestFilter = Readonly<Record<(typeof FILTERS)[number], string>>;

/** How far back a list looks, in minutes. */
export const RANGES: Readonly<Record<string, number>> = {
  "15m": 15,
  "1h": 60,
  "24h": 24 * 60,
  "7d": 7 * 24 * 60,
};

export const PAGE = 100;

export interface JournalPage {
  requests: JournalRow[];
  next: string | null;
}

export async function askJournal(
  project: SessionProject,
  filter: RequestFilter,
  before: string | null,
): Promise<JournalPage> {
  const { range, ...rest } = filter;
  const minutes = RANGES[range];
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
  const query = {
    ...given,
    limit: PAGE,
    ...(before ? { before } : {}),
    ...(minutes ? { from: String(Math.round(serverNow() - minutes * 60_000)) } : {}),
  };
  const page = await ask(
    api.GET("/adyton/v1/{project_id}/requests", {
      params: { path: { project_id: project.id }, query },
    }),
  );
  return { requests: page.requests as unknown as JournalRow[], next: page.next ?? null };
}

export interface RequestFound {
  row: JournalRow;
  explanation: Explanation;
}

export async function askRequest(project: SessionProject, id: string): Promise<RequestFound> {
  const found = await ask(
    api.GET("/adyton/v1/{project_id}/requests/{request_id}", {
      params: { path: { project_id: project.id, request_id: id } },
    }),
  );
  return {
    row: found.request as unknown as JournalRow,
    explanation: found.explanation as unknown as Explanation,
  };
}

/** Whether it is only not there, or not for this reader: then another place may have it. */
const isElsewhere = (error: unknown) => [400, 403, 404].includes(asFailure(error).status);

/** Where a request was found. */
export type Found =
  | { at: "project"; project: SessionProject }
  | { at: "own"; explanation: Explanation }
  | { at: "audit"; explained: Schemas["AuditExplained"]; project: SessionProject | null };

/** So many projects are looked through for a request whose project nobody said. */
const LOOKED_THROUGH = 20;

/** Whether an id is of a management call: the third group of such an id is `ff`. */
export function isManagementCall(id: string): boolean {
  return id.slice(16, 18) === "ff";
}

/**
 * Looks for a request wherever the reader may look: a call in the journals of their projects, then among what they sent themselves; a
 * management call in the audit trail. Fails as the last place does, if it is nowhere.
 */
export async function findRequest(
  id: string,
  projects: readonly SessionProject[],
  inDomain: boolean,
): Promise<Found> {
  const looked = projects.slice(0, LOOKED_THROUGH);
  if (isManagementCall(id)) return findAudited(id, looked, inDomain);
  for (const project of looked.filter((one) => one.permissions.has("adyton:requests:get"))) {
    const found = await orNothing(askRequest(project, id));
    if (found) return { at: "project", project };
  }
  return { at: "own", explanation: await askOwn(id) };
}

/** The reader's share of the explanation of a request that they sent themselves. */
async function askOwn(id: string): Promise<Explanation> {
  const own = await ask(
    api.GET("/adyton/v1/requests/{request_id}", { params: { path: { request_id: id } } }),
  );
  return own.explanation as unknown as Explanation;
}

/** The explanation of a call to a project's service: all of it for whoever may read the project's requests, else the reader's share. */
export async function explanationOf(project: SessionProject, id: string): Promise<Explanation> {
  const whole = project.permissions.has("adyton:requests:get")
    ? await orNothing(askRequest(project, id))
    : null;
  return whole?.explanation ?? askOwn(id);
}

/** In the domain's trail, which has all; else in those of the projects, and last among the reader's own calls. */
async function findAudited(
  id: string,
  projects: readonly SessionProject[],
  inDomain: boolean,
): Promise<Found> {
  const readable = inDomain ? [] : projects.filter((one) => one.permissions.has("adyton:audit:get"));
  for (const project of readable) {
    const explained = await orNothing(askAudit(project, id));
    if (explained) return { at: "audit", explained, project };
  }
  return { at: "audit", explained: await askAudit(null, id), project: null };
}

/** A management call: of a project, or, without one, of the domain or of the reader's own. */
export function askAudit(project: SessionProject | null, id: string): Promise<Schemas["AuditExplained"]> {
  return project
    ? ask(
        api.GET("/adyton/v1/{project_id}/audit/{request_id}", {
          params: { path: { project_id: project.id, request_id: id } },
        }),
      )
    : ask(api.GET("/adyton/v1/audit/{request_id}", { params: { path: { request_id: id } } }));
}

async function orNothing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isElsewhere(error)) return null;
    throw error;
  }
}

/** The project's services by id, for names; empty for whoever may not list them. */
export function useServices(): ReadonlyMap<string, string> {
  const project = useProject();
  const { data } = useQuery({
    queryKey: ["service-names", project.id],
    enabled: project.permissions.has("modelarts:service:list"),
    staleTime: 30_000,
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services", {
          params: { path: { project_id: project.id }, query: { limit: 1000 } },
        }),
      ),
    select: (list) => new Map(list.services.map((one) => [one.service_id, one.service_name])),
  });
  return data ?? EMPTY;
}

const EMPTY: ReadonlyMap<string, string> = new Map();
