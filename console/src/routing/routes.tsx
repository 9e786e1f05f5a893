/** Every address of the console, and the page behind it. Pages are loaded when somebody goes there. */
import { type ComponentType, lazy } from "react";

export interface PageRoute {
  path: string;
  page: ComponentType;
}

/** Below `/console/p/:project`. */
export const PROJECT_PAGES: PageRoute[] = [
  { path: "", page: lazy(() => import("../pages/overview/overview")) },
  { path: "services", page: lazy(() => import("../pages/services/services")) },
  { path: "services/new", page: lazy(() => import("../pages/deploy/deploy")) },
  { path: "services/:service/update", page: lazy(() => import("../pages/deploy/deploy")) },
  { path: "services/:service/:tab?", page: lazy(() => import("../pages/service/service")) },
  { path: "models", page: lazy(() => import("../pages/models/models")) },
  { path: "models/import", page: lazy(() => import("../pages/models/import")) },
  { path: "models/:model", page: lazy(() => import("../pages/models/model")) },
  { path: "requests", page: lazy(() => import("../pages/requests/requests")) },
  { path: "requests/:request", page: lazy(() => import("../pages/requests/request")) },
  { path: "apps", page: lazy(() => import("../pages/apps/apps")) },
  { path: "apps/:app", page: lazy(() => import("../pages/apps/app")) },
  { path: "audit", page: lazy(() => import("../pages/audit/audit")) },
  { path: "audit/:request", page: lazy(() => import("../pages/audit/record")) },
];

/** Below `/console`, for whoever is signed in. */
export const PAGES: PageRoute[] = [
  { path: "explain/:request", page: lazy(() => import("../pages/explain/explain")) },
  { path: "errors", page: lazy(() => import("../pages/errors/errors")) },
  { path: "errors/:code", page: lazy(() => import("../pages/errors/error")) },
  { path: "credentials", page: lazy(() => import("../pages/credentials/credentials")) },
  { path: "users", page: lazy(() => import("../pages/users/users")) },
  { path: "users/:user", page: lazy(() => import("../pages/users/user")) },
  { path: "projects", page: lazy(() => import("../pages/projects/projects")) },
  { path: "audit", page: lazy(() => import("../pages/audit/domain")) },
  { path: "audit/:request", page: lazy(() => import("../pages/audit/domain-record")) },
];
