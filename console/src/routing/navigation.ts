/** The pages that the navigation and the palette lead to, in this order. A page is offered to whoever may see it. */
import type { IconName } from "../components/icon";
import { texts } from "../language/texts";

export const titles = texts({
  overview: ["Overview", "概览"],
  services: ["Services", "服务"],
  models: ["Models", "模型"],
  requests: ["Requests", "请求"],
  apps: ["Apps", "应用"],
  credentials: ["My credentials", "我的凭证"],
  users: ["Users", "用户"],
  projects: ["Projects", "项目"],
  audit: ["Audit", "审计"],
  errors: ["Errors", "错误码"],
  domainAudit: ["Audit of the domain", "账号审计"],
});

export interface NavigationEntry {
  /** Below the project's address, or below `/console` for pages that belong to none. */
  path: string;
  title: keyof (typeof titles)["en"];
  icon: IconName;
  /** `project` pages are about the chosen project, `account` pages about the user or the domain, `reference` pages about neither. */
  part: "project" | "account" | "reference";
  /** The permission without which the page would be refused. */
  needs?: string;
}

export const NAVIGATION: NavigationEntry[] = [
  { path: "", title: "overview", icon: "home", part: "project", needs: "modelarts:service:list" },
  { path: "services", title: "services", icon: "cube", part: "project", needs: "modelarts:service:list" },
  { path: "models", title: "models", icon: "layers", part: "project", needs: "modelarts:model:list" },
  { path: "requests", title: "requests", icon: "requests", part: "project", needs: "adyton:requests:list" },
  { path: "apps", title: "apps", icon: "app", part: "project", needs: "apig:apps:list" },
  { path: "audit", title: "audit", icon: "audit", part: "project", needs: "adyton:audit:list" },
  { path: "credentials", title: "credentials", icon: "key", part: "account" },
  { path: "users", title: "users", icon: "users", part: "account", needs: "iam:users:list" },
  { path: "projects", title: "projects", icon: "tag", part: "account", needs: "iam:projects:create" },
  { path: "audit", title: "domainAudit", icon: "audit", part: "account", needs: "system:audit:list" },
  { path: "errors", title: "errors", icon: "book", part: "reference" },
];
