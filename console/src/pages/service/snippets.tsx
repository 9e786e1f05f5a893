/** Programs that call this service, for each way of authentication and language; and what the chosen way still needs. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { ask, api as client } from "../../api/client";
import { Button } from "../../components/button";
import { Code } from "../../components/code";
import { Skeleton } from "../../components/empty";
import { Select } from "../../components/field";
import { Icon } from "../../components/icon";
import { useLanguage, useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { useSession } from "../../session/session";
import { AUTHS, type Auth, type Call, type Language, languages, snippet } from "../../snippets/index.js";
import { Answer } from "./answer";
import { type Declared, fieldsOf, isForm, methodOf, takesBody } from "./declared";
import { type Example, useExample } from "./example";
import { useSending } from "./sending";
import type { Service } from "./service-query";
import classes from "./snippets.module.css";

const words = texts({
  auth: ["Authentication", "认证方式"],
  language: ["Language", "语言"],
  token: ["Token of a user", "用户令牌"],
  aksk: ["AK/SK of a user", "用户 AK/SK"],
  app: ["App signature", "应用签名"],
  appcode: ["AppCode", "AppCode"],
  curl: ["curl", "curl"],
  python: ["Python (requests)", "Python（requests）"],
  "python-sdk": ["Python (official SDK)", "Python（官方 SDK）"],
  go: ["Go", "Go"],
  java: ["Java", "Java"],
  javascript: ["JavaScript", "JavaScript"],
  install: ["Install dependencies", "安装依赖"],
  secrets: ["Set before running", "运行前设置"],
  from: filled(
    (command: string) => `from \`${command}\``,
    (command: string) => `通过 \`${command}\` 获取`,
  ),
  program: filled(
    (file: string) => `Save as ${file}`,
    (file: string) => `保存为 ${file}`,
  ),
  run: ["Run", "运行"],
  noApp: [
    "No app is authorised for this service yet: app signatures and AppCodes are refused.",
    "尚无应用获得该服务的授权：应用签名和 AppCode 都会被拒绝。",
  ],
  noAppCode: ["AppCodes are disabled for this service.", "该服务已关闭 AppCode 认证。"],
  sendIt: filled(
    (user: string) => `Send it as ${user}`,
    (user: string) => `以 ${user} 的身份发送`,
  ),
  tab: ["Change the body in the Prediction tab", "在“预测”页签中修改请求体"],
});

/** A body above this is no example any more; the Prediction tab has it. */
const SHOWN = 4_000;

function callOf(service: Service, api: Declared, example: Example): Call {
  const call = { address: service.access_address, path: api.path, method: methodOf(api) };
  if (!takesBody(api)) return call;
  if (isForm(api)) {
    const fields = fieldsOf(api).map((field) => ({
      name: field.name,
      file: field.file,
      value: field.file ? `${field.name}.bin` : (example.fields[field.name] ?? "text"),
    }));
    return { ...call, body: { kind: "form", fields } };
  }
  const { text } = example;
  return {
    ...call,
    body: { kind: "text", contentType: api.contentType, text: text.length > SHOWN ? "{}" : text },
  };
}

export function Snippets({ service, api }: { service: Service; api: Declared }) {
  const t = useTexts(words);
  const may = useMay();
  const [auth, setAuth] = useState<Auth>("token");
  const [wanted, setWanted] = useState<Language>("curl");
  const fitting = languages(auth);
  const language = fitting.includes(wanted)
    ? wanted
    : wanted.startsWith("python")
      ? (fitting.find((one) => one.startsWith("python")) ?? "curl")
      : "curl";
  const example = useExample(service, api);
  if (!example) return <Skeleton lines={8} />;
  const call = callOf(service, api, example);
  return (
    <div className={classes.snippets}>
      <div className={classes.choices}>
        <Select
          label={t.auth}
          value={auth}
          onChange={(value) => setAuth(value as Auth)}
          options={AUTHS.map((one) => ({ value: one, label: t[one] }))}
        />
        <Select
          label={t.language}
          value={language}
          onChange={(value) => setWanted(value as Language)}
          options={fitting.map((one) => ({ value: one, label: t[one] }))}
        />
      </div>
      <Needed service={service} auth={auth} />
      <Program call={call} auth={auth} language={language} />
      {may("modelarts:service:predict") && <SendIt service={service} api={api} call={call} />}
    </div>
  );
}

function Program({ call, auth, language }: { call: Call; auth: Auth; language: Language }) {
  const t = useTexts(words);
  const reader = useLanguage().language;
  const made = snippet(call, auth, language);
  if ("missing" in made) return <p className={classes.note}>{made.missing[reader]}</p>;
  return (
    <>
      <dl className={classes.secrets}>
        {made.placeholders.map((one) => (
          <div key={one.variable}>
            <dt>
              <code>{one.variable}</code>
            </dt>
            <dd>
              {one.what[reader]} · <code>{one.from}</code>
            </dd>
          </div>
        ))}
      </dl>
      {made.needs.install.length > 0 && (
        <div className={classes.step}>
          <h3>{t.install}</h3>
          <Code label={t.install} text={made.needs.install.join("\n")} />
        </div>
      )}
      {made.needs.files.map((file) => (
        <div key={file.name} className={classes.step}>
          <h3>{t.program(file.name)}</h3>
          <Code label={file.name} text={file.text} />
        </div>
      ))}
      <div className={classes.step}>
        <h3>{t.program(made.file)}</h3>
        <Code label={made.title} text={made.text} />
      </div>
      <div className={classes.step}>
        <h3>{t.run}</h3>
        <Code label={t.run} text={made.run} />
      </div>
    </>
  );
}

/** What the chosen way of authentication still lacks here. */
function Needed({ service, auth }: { service: Service; auth: Auth }) {
  const t = useTexts(words);
  const project = useProject();
  const may = useMay();
  const isApp = auth === "app" || auth === "appcode";
  const mayLook = may("apig:appAuths:list") && may("apig:instances:list");
  const apps = useQuery({
    queryKey: ["app-auths", project.id, service.api_id],
    enabled: isApp && mayLook,
    queryFn: async () => {
      const path = { project_id: project.id };
      const { instances } = await ask(client.GET("/v2/{project_id}/apigw/instances", { params: { path } }));
      const instance = instances[0]?.id ?? "";
      return ask(
        client.GET("/v2/{project_id}/apigw/instances/{instance_id}/app-auths/binded-apps", {
          params: { path: { ...path, instance_id: instance }, query: { api_id: service.api_id, limit: 1 } },
        }),
      );
    },
  });
  const lacks: string[] = [];
  if (isApp && apps.data && apps.data.total === 0) lacks.push(t.noApp);
  if (auth === "appcode" && !service.additional_properties.app_code) lacks.push(t.noAppCode);
  return lacks.map((text) => (
    <p key={text} className={classes.lacks} role="note">
      <Icon name="alert" />
      <span>{text}</span>
    </p>
  ));
}

function SendIt({ service, api, call }: { service: Service; api: Declared; call: Call }) {
  const t = useTexts(words);
  const { user } = useSession();
  const project = useProject();
  const { sending, send } = useSending();
  const busy = sending.state === "sending" || (sending.state === "answered" && !sending.answer.done);
  const go = () =>
    void send({
      project: project.id,
      service: service.service_id,
      path: api.path,
      method: call.method,
      ...(call.body?.kind === "text" ? { body: call.body.text, contentType: call.body.contentType } : {}),
    });
  return (
    <>
      <div className={classes.send}>
        {!isForm(api) && (
          <Button icon="send" onPress={go} isPending={busy}>
            {t.sendIt(user.name)}
          </Button>
        )}
        <Link
          href={`${projectPath(project, `services/${service.service_id}/predict`)}?path=${encodeURIComponent(`${api.method} ${api.path}`)}`}
        >
          {t.tab}
        </Link>
      </div>
      <Answer sending={sending} />
    </>
  );
}
