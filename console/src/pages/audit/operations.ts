/** What management calls do, in words: operations as the API's document names them. */
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useRequestLine } from "../requests/request-line";

const kinds = texts({
  project: ["project", "项目"],
  user: ["user", "用户"],
  access_key: ["access key", "访问密钥"],
  token: ["token", "令牌"],
  app: ["app", "应用"],
  app_code: ["AppCode", "AppCode"],
  authorisation: ["authorisation", "授权"],
  model: ["model", "模型"],
  package: ["package", "模型包"],
  service: ["service", "服务"],
  api: ["API", "API"],
  request: ["request", "请求"],
  master_key: ["master key", "主密钥"],
  installation: ["installation", "安装"],
});

/** A kind of thing in the reader's language; one that is new here, as it is. */
export function useThingKind(): (kind: string) => string {
  const t = useTexts(kinds);
  return (kind) => (kind in t ? t[kind as keyof typeof t] : kind.replaceAll("_", " "));
}

/** More of an id than this says nothing to a reader: a digest. */
const ID_MOST = 36;

/** What a thing is called in a list: its name, else its id, cut where it is a digest. */
export function thingName({ name, id }: { name: string; id: string }): string {
  if (name) return name;
  return id.length > ID_MOST ? `${id.slice(0, 12)}…` : id;
}

/** By the operation's name in the audit trail. */
export const operations = texts({
  sessions_create: ["Sign in to the console", "登录控制台"],
  sessions_redeem: ["Sign in with a link", "通过链接登录"],
  sessions_delete: ["Sign out of the console", "退出控制台"],
  sessions_link: ["Make a sign-in link", "创建登录链接"],
  packages_create: ["Upload a model package", "上传模型包"],
  model_import_create: ["Import a model", "导入模型"],
  models_delete: ["Delete a model", "删除模型"],
  service_deploy_deploy: ["Deploy a service", "部署服务"],
  service_deploy_update: ["Update a service", "更新服务"],
  rollouts_restart: ["Restart a service", "重启服务"],
  predict_predict: ["Try a prediction", "测试预测"],
  services_delete: ["Delete a service", "删除服务"],
  service_tags_create: ["Add tags to a service", "添加服务标签"],
  service_tags_delete: ["Remove tags from a service", "移除服务标签"],
  tagged_services_list: ["Find services by tags", "按标签查找服务"],
  tagged_services_count: ["Count services by tags", "按标签统计服务"],
  quotas_set_in_domain: ["Set the quotas of all projects", "设置所有项目的配额"],
  quotas_set_in_project: ["Set the quotas of a project", "设置项目配额"],
  app_auths_create: ["Authorise an app", "授权应用"],
  app_auths_delete: ["Revoke an authorisation", "撤销授权"],
  apps_create: ["Create an app", "创建应用"],
  apps_update: ["Change an app", "修改应用"],
  apps_reset_secret: ["Reset an AppSecret", "重置 AppSecret"],
  apps_delete: ["Delete an app", "删除应用"],
  app_codes_generate: ["Generate an AppCode", "生成 AppCode"],
  app_codes_create: ["Add an AppCode", "添加 AppCode"],
  app_codes_delete: ["Delete an AppCode", "删除 AppCode"],
  credentials_create: ["Create an access key", "创建访问密钥"],
  credentials_update: ["Change an access key", "修改访问密钥"],
  credentials_delete: ["Delete an access key", "删除访问密钥"],
  tokens_create: ["Get a token", "获取令牌"],
  tokens_delete: ["Revoke a token", "撤销令牌"],
  users_create: ["Create a user", "创建用户"],
  users_update: ["Change a user", "修改用户"],
  users_delete: ["Delete a user", "删除用户"],
  users_password: ["Change one's password", "修改自己的密码"],
  users_give: ["Grant a role", "授予角色"],
  users_take: ["Revoke a role", "撤销角色"],
  projects_create: ["Create a project", "创建项目"],
  offline_password: ["Set a password on the server", "在服务器上设置密码"],
  master_key_rotate: ["Change the master key", "更换主密钥"],
  restore: ["Restore a backup", "恢复备份"],
  backup: ["Make a backup", "备份"],
  reload: ["Reload the configuration", "重新加载配置"],
});

/** What a call did, in words; a read, an operation that is new here and an address that is none, as it was sent. */
export function useOperationName(): (operation: string, method: string, path: string) => string {
  const t = useTexts(operations);
  const requestLine = useRequestLine();
  return (operation, method, path) => {
    if (operation in t) return t[operation as keyof typeof t];
    // Ids of projects and domains say nothing there, and are long.
    return requestLine(method, path.replace(/\/[0-9a-f]{32}(?=\/|$)/g, "/…"));
  };
}
