/** Tries a service: a path, a body, the answer. It goes through the gateway's own pipeline, as the signed-in user. */
import { useId, useMemo, useState } from "react";
import { useSearch } from "wouter";
import { Button } from "../../components/button";
import { Empty, Skeleton } from "../../components/empty";
import { FormLayout, Select, TextField } from "../../components/field";
import { JsonEditor } from "../../components/json-editor";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { size } from "../../time/format";
import { Answer } from "./answer";
import {
  type Declared,
  type FormField,
  fieldsOf,
  isForm,
  isJson,
  isOpen,
  methodOf,
  takesBody,
} from "./declared";
import { type Example, useExample } from "./example";
import classes from "./predict.module.css";
import { DOOR_LIMIT, useSending } from "./sending";
import { type Service, useDeclared } from "./service-query";

const words = texts({
  path: ["Path", "路径"],
  filledPath: ["Actual path", "实际路径"],
  body: ["Body", "请求体"],
  form: ["Form", "表单"],
  chooseFile: ["File", "文件"],
  file: ["File as the body", "以文件作为请求体"],
  json: ["JSON", "JSON"],
  text: ["Text", "文本"],
  kind: ["Kind of body", "请求体类型"],
  send: ["Send", "发送"],
  stop: ["Stop", "停止"],
  limit: filled(
    (bytes: string) => `${bytes} of 8 MiB, the limit of this tab`,
    (bytes: string) => `${bytes}，该页签的上限为 8 MiB`,
  ),
  tooLarge: [
    "More than 8 MiB: the gateway will refuse it (APIG.0201). The API address accepts 12 MiB.",
    "超过 8 MiB，网关会拒绝（APIG.0201）。API 地址的上限为 12 MiB。",
  ],
  stopped: ["The service is stopped", "服务已停止"],
  stoppedWhy: ["Calls are refused until it is started.", "启动服务之前，调用会被拒绝。"],
});

export default function Predict({ service }: { service: Service }) {
  const t = useTexts(words);
  const declared = useDeclared(service);
  const wanted = new URLSearchParams(useSearch()).get("path");
  const [chosen, setChosen] = useState<string | null>(wanted);
  if (!declared) return <Skeleton lines={6} />;
  const keyOf = (one: Declared) => `${one.method} ${one.path}`;
  const api = declared.find((one) => keyOf(one) === chosen) ?? declared[0];
  if (!api) return null;
  return (
    <>
      {service.status === "stopped" && (
        <Empty icon="stop" title={t.stopped}>
          {t.stoppedWhy}
        </Empty>
      )}
      {declared.length > 1 && (
        <div className={classes.path}>
          <Select
            label={t.path}
            value={keyOf(api)}
            onChange={setChosen}
            options={declared.map((one) => ({ value: keyOf(one), label: keyOf(one) }))}
          />
        </div>
      )}
      <TryWithExample key={keyOf(api)} service={service} api={api} />
    </>
  );
}

function TryWithExample({ service, api }: { service: Service; api: Declared }) {
  const example = useExample(service, api);
  return example ? <Try service={service} api={api} example={example} /> : <Skeleton lines={6} />;
}

type Kind = "json" | "text" | "form" | "file";

interface TryProps {
  service: Service;
  api: Declared;
  example: Example;
}

function Try({ service, api, example }: TryProps) {
  const t = useTexts(words);
  const project = useProject();
  const { sending, send, stop } = useSending();
  const [path, setPath] = useState(api.path);
  const [kind, setKind] = useState<Kind>(() =>
    isForm(api) ? "form" : isJson(api.contentType) ? "json" : "text",
  );
  const [text, setText] = useState(example.text);
  const [values, setValues] = useState<Record<string, string | File>>(() => textsOf(api, example));
  const [file, setFile] = useState<File | null>(null);
  const hasBody = takesBody(api);
  const bytes = useMemo(() => sizeOf(kind, text, values, file), [kind, text, values, file]);
  const busy = sending.state === "sending" || (sending.state === "answered" && !sending.answer.done);

  const submit = () =>
    void send({
      project: project.id,
      service: service.service_id,
      path,
      method: methodOf(api),
      ...(hasBody ? bodyOf(kind, api, text, values, file) : {}),
    });
  const kinds: Kind[] = isForm(api) ? ["form", "json", "file"] : ["json", "text", "file"];
  return (
    <div className={classes.columns}>
      <FormLayout label={t.body} onSubmit={submit}>
        {isOpen(api.path) && <TextField label={t.filledPath} value={path} onChange={setPath} mono />}
        {hasBody && (
          <>
            <Select
              label={t.kind}
              value={kind}
              onChange={(value) => setKind(value as Kind)}
              options={kinds.map((value) => ({ value, label: t[value] }))}
            />
            {kind === "json" && <JsonEditor label={t.body} value={text} onChange={setText} />}
            {kind === "text" && <TextField label={t.body} value={text} onChange={setText} lines={10} mono />}
            {kind === "form" && <Fields fields={fieldsOf(api)} values={values} onChange={setValues} />}
            {kind === "file" && <FileField label={t.chooseFile} onChange={setFile} />}
            <p className={bytes > DOOR_LIMIT ? classes.over : classes.limit} role="status">
              {bytes > DOOR_LIMIT ? t.tooLarge : t.limit(size(bytes))}
            </p>
          </>
        )}
        <div className={classes.send}>
          <Button type="submit" kind="primary" icon="send" isPending={busy}>
            {t.send}
          </Button>
          {busy && <Button onPress={stop}>{t.stop}</Button>}
        </div>
      </FormLayout>
      <Answer sending={sending} />
    </div>
  );
}

/** What the example puts into the fields of a form that are no files. */
function textsOf(api: Declared, example: Example): Record<string, string> {
  const texts = fieldsOf(api).filter((field) => !field.file && example.fields[field.name] !== undefined);
  return Object.fromEntries(texts.map(({ name }) => [name, example.fields[name] ?? ""]));
}

type Values = Record<string, string | File>;

function sizeOf(kind: Kind, text: string, values: Values, file: File | null): number {
  if (kind === "file") return file?.size ?? 0;
  const length = (value: string) => new TextEncoder().encode(value).length;
  if (kind !== "form") return length(text);
  return Object.values(values).reduce(
    (sum, value) => sum + (typeof value === "string" ? length(value) : value.size),
    0,
  );
}

function bodyOf(kind: Kind, api: Declared, text: string, values: Values, file: File | null) {
  switch (kind) {
    case "json":
      return { body: text, contentType: isJson(api.contentType) ? api.contentType : "application/json" };
    case "text":
      return {
        body: text,
        contentType: isJson(api.contentType) || isForm(api) ? "text/plain" : api.contentType,
      };
    case "file":
      return { body: file ?? "", contentType: file?.type || "application/octet-stream" };
    case "form": {
      if (/urlencoded/i.test(api.contentType)) {
        const pairs = Object.entries(values).filter(
          (pair): pair is [string, string] => typeof pair[1] === "string",
        );
        return { body: new URLSearchParams(pairs) };
      }
      const form = new FormData();
      for (const [name, value] of Object.entries(values)) form.append(name, value);
      return { body: form };
    }
  }
}

function Fields({
  fields,
  values,
  onChange,
}: {
  fields: FormField[];
  values: Values;
  onChange: (values: Values) => void;
}) {
  const set = (name: string, value: string | File | null) => {
    const { [name]: _, ...rest } = values;
    onChange(value === null || value === "" ? rest : { ...rest, [name]: value });
  };
  return fields.map((field) =>
    field.file ? (
      <FileField
        key={field.name}
        label={field.name}
        hint={field.description}
        onChange={(file) => set(field.name, file)}
      />
    ) : (
      <TextField
        key={field.name}
        label={field.name}
        hint={field.description}
        isRequired={field.required}
        value={typeof values[field.name] === "string" ? (values[field.name] as string) : ""}
        onChange={(value) => set(field.name, value)}
      />
    ),
  );
}

function FileField({
  label,
  hint,
  onChange,
}: {
  label: string;
  hint?: string;
  onChange: (file: File | null) => void;
}) {
  const id = useId();
  return (
    <div className={classes.file}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="file" onChange={(event) => onChange(event.target.files?.[0] ?? null)} />
      {hint && <span className={classes.limit}>{hint}</span>}
    </div>
  );
}
