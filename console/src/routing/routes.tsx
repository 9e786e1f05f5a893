/** Every address of the console, and the page behind it. Pages are loaded when somebody goes there. */
import { type ComponentType, lazy } from "react";

export interface PageRoute {
  path: string;
  page: ComponentType;
}

/** Below `/console/p/:project`. */
export const PROJECT_PAGES: PageRoute[] = [
  { path: "services", page: lazy(() => import("../pages/services/services")) },
  { path: "services/new", page: lazy(() => import("../pages/deploy/deploy")) },
  { path: "services/:service/update", page: lazy(() => import("../pages/deploy/deploy")) },
  { path: "services/:service/:tab?", page: lazy(() => import("../pages/service/service")) },
  { path: "requests", page: lazy(() => import("../pages/requests/requests")) },
  { path: "requests/:request", page: lazy(() => import("../pages/requests/request")) },
  { path: "audit", page: lazy(() => import("../pages/audit/audit")) },
];

/** Below `/console`, for whoever is signed in. */
export const PAGES: PageRoute[] = [
  { path: "explain/:request", page: lazy(() => import("../pages/explain/explain")) },
  { path: "errors", page: lazy(() => import("../pages/errors/errors")) },
  { path: "errors/:code", page: lazy(() => import("../pages/errors/error")) },
  { path: "audit", page: lazy(() => import("../pages/audit/domain")) },
];
