/** What the pages of users, roles and projects ask of the IAM API. */
import { api, ask } from "../../api/client";

export const askUsers = () => ask(api.GET("/v3/users"));

export const askUser = (user_id: string) =>
  ask(api.GET("/v3/users/{user_id}", { params: { path: { user_id } } })).then(({ user }) => user);

export const askRoles = () => ask(api.GET("/v3/roles")).then(({ roles }) => roles);

export const askProjects = () => ask(api.GET("/v3/projects")).then(({ projects }) => projects);

/** Where a role counts: in the whole domain, or in one project. */
export type Place = { in_domain: string } | { in_project: string };

export function askRolesOf(user_id: string, place: Place) {
  return "in_domain" in place
    ? ask(
        api.GET("/v3/domains/{in_domain}/users/{user_id}/roles", {
          params: { path: { ...place, user_id } },
        }),
      ).then(({ roles }) => roles)
    : ask(
        api.GET("/v3/projects/{in_project}/users/{user_id}/roles", {
          params: { path: { ...place, user_id } },
        }),
      ).then(({ roles }) => roles);
}

export function grant(user_id: string, role_id: string, place: Place) {
  return "in_domain" in place
    ? ask(
        api.PUT("/v3/domains/{in_domain}/users/{user_id}/roles/{role_id}", {
          params: { path: { ...place, user_id, role_id } },
        }),
      )
    : ask(
        api.PUT("/v3/projects/{in_project}/users/{user_id}/roles/{role_id}", {
          params: { path: { ...place, user_id, role_id } },
        }),
      );
}

export function revoke(user_id: string, role_id: string, place: Place) {
  return "in_domain" in place
    ? ask(
        api.DELETE("/v3/domains/{in_domain}/users/{user_id}/roles/{role_id}", {
          params: { path: { ...place, user_id, role_id } },
        }),
      )
    : ask(
        api.DELETE("/v3/projects/{in_project}/users/{user_id}/roles/{role_id}", {
          params: { path: { ...place, user_id, role_id } },
        }),
      );
}
