// Who calls: the variables that hold their secret, and how it is sent.

import type { Auth, Placeholder } from "./call.js";

const TOKEN: Placeholder = {
  variable: "ADYTON_TOKEN",
  what: { en: "a user's token for the project of the service", zh: "用户在服务所属项目中的令牌" },
  from: "adyton token create",
};
const ACCESS_KEY: Placeholder = {
  variable: "ADYTON_ACCESS_KEY",
  what: { en: "a user's access key id (AK)", zh: "用户的访问密钥 ID（AK）" },
  from: "adyton key create",
};
const SECRET_KEY: Placeholder = {
  variable: "ADYTON_SECRET_KEY",
  what: {
    en: "its secret (SK), shown once, when the key is created",
    zh: "对应的密钥（SK），仅在创建时显示一次",
  },
  from: "adyton key create",
};
const APP_KEY: Placeholder = {
  variable: "ADYTON_APP_KEY",
  what: {
    en: "the AppKey of an app that is authorised for the service",
    zh: "已获该服务授权的应用的 AppKey",
  },
  from: "adyton app create NAME",
};
const APP_SECRET: Placeholder = {
  variable: "ADYTON_APP_SECRET",
  what: {
    en: "its AppSecret, shown once, when the app is created",
    zh: "对应的 AppSecret，仅在创建应用时显示一次",
  },
  from: "adyton app create NAME",
};
const APP_CODE: Placeholder = {
  variable: "ADYTON_APP_CODE",
  what: {
    en: "an AppCode of an app that is authorised for the service",
    zh: "已获该服务授权的应用的 AppCode",
  },
  from: "adyton app code NAME",
};

/** What is to be put in. */
export function placeholders(auth: Auth): readonly Placeholder[] {
  switch (auth) {
    case "token":
      return [TOKEN];
    case "aksk":
      return [ACCESS_KEY, SECRET_KEY];
    case "app":
      return [APP_KEY, APP_SECRET];
    case "appcode":
      return [APP_CODE];
  }
}

/** How the secret is shown: as it is, in a header, or by a signature made with a key pair. Names of variables. */
export type Shown =
  | { readonly kind: "header"; readonly header: string; readonly variable: string }
  | { readonly kind: "signature"; readonly key: string; readonly secret: string };

export function shown(auth: Auth): Shown {
  switch (auth) {
    case "token":
      return { kind: "header", header: "X-Auth-Token", variable: TOKEN.variable };
    case "aksk":
      return { kind: "signature", key: ACCESS_KEY.variable, secret: SECRET_KEY.variable };
    case "app":
      return { kind: "signature", key: APP_KEY.variable, secret: APP_SECRET.variable };
    case "appcode":
      return { kind: "header", header: "X-Apig-AppCode", variable: APP_CODE.variable };
  }
}
