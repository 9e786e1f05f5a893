/** A session as the pages need it, read from the server's answer. */
import type { Schemas } from "../api/client";

export interface SessionProject {
  id: string;
  name: string;
  roles: string[];
  /** The permissions that the user has there, for example `modelarts:service:create`. */
  permissions: ReadonlySet<string>;
}

export interface Session {
  user: { id: string; name: string };
  domain: { id: string; name: string };
  projects: SessionProject[];
  /** What they may do in the domain: users, roles, projects. */
  permissions: ReadonlySet<string>;
  /** In milliseconds since 1970. */
  expiresAt: number;
}

/** Reads what `GET /adyton/v1/session` answers. */
export function sessionOf(answer: Schemas["SessionShown"]): Session {
  return {
    user: answer.user,
    domain: answer.domain,
    permissions: new Set(answer.permissions),
    projects: answer.projects.map((project) => ({ ...project, permissions: new Set(project.permissions) })),
    expiresAt: answer.expires_at ? Date.parse(answer.expires_at) : Number.POSITIVE_INFINITY,
  };
}
