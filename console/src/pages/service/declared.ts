/**
 * What a service declares: its paths, what each takes and gives. Read from the models' `apis`, and for ONNX models
 * without a schema from the graph's own inputs.
 */
import type { Schemas } from "../../api/client";

/** As much of a JSON schema as `config.json` declares. */
export interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
}

export type Port = Schemas["PortShown"];

/** A path that some version of the service answers. */
export interface Declared {
  method: string;
  /** Below the API address; `/` is the address itself. */
  path: string;
  /** What a request's body is: JSON unless it says otherwise. */
  contentType: string;
  request: Schema | null;
  response: Schema | null;
  inputs: Port[];
  outputs: Port[];
}

interface Entry {
  url?: string;
  method?: string;
  request?: { "Content-type"?: string; data?: Schema };
  response?: { data?: Schema };
}

type Model = Pick<Schemas["ModelShown"], "apis" | "inputs" | "outputs">;

/** The paths of all versions, each once, in the order in which they are declared. */
export function declaredBy(models: readonly Model[]): Declared[] {
  const found = new Map<string, Declared>();
  for (const model of models) {
    for (const entry of entriesOf(model.apis)) {
      const method = (entry.method ?? "POST").toUpperCase();
      const path = entry.url || "/";
      const key = `${method} ${path}`;
      if (found.has(key)) continue;
      found.set(key, {
        method,
        path,
        contentType: entry.request?.["Content-type"] || "application/json",
        request: entry.request?.data ?? null,
        response: entry.response?.data ?? null,
        inputs: model.inputs ?? [],
        outputs: model.outputs ?? [],
      });
    }
  }
  return [...found.values()];
}

function entriesOf(apis: string): Entry[] {
  try {
    const parsed: unknown = JSON.parse(apis);
    return Array.isArray(parsed) && parsed.length > 0 ? (parsed as Entry[]) : [{}];
  } catch {
    return [{}];
  }
}

/** Whether the body is a form, with fields and files. */
export function isForm(declared: Declared): boolean {
  return /^multipart\/form-data|^application\/x-www-form-urlencoded/i.test(declared.contentType);
}

export function isJson(contentType: string): boolean {
  return /^application\/(json|.+\+json)\b/i.test(contentType);
}

/** Whether the path holds parts that the caller fills in. */
export function isOpen(path: string): boolean {
  return /\{[^}]*\}|\/\*$/.test(path);
}

/** The method that a call is made with: where any will do, the usual one. */
export function methodOf(declared: Declared): string {
  return declared.method === "ANY" ? "POST" : declared.method;
}

export function takesBody(declared: Declared): boolean {
  return !/^(GET|HEAD)$/.test(methodOf(declared));
}

export interface FormField {
  name: string;
  file: boolean;
  description: string;
  required: boolean;
}

/** The fields of a form, in the order in which they are declared. */
export function fieldsOf(declared: Declared): FormField[] {
  const { properties = {}, required = [] } = declared.request ?? {};
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    file: /^(file|image|binary)$/i.test(schema.type ?? ""),
    description: schema.description ?? "",
    required: required.includes(name),
  }));
}

/** A body laid out for reading: long lists of numbers on one line each, not one number a line. */
export function bodyText(body: unknown): string {
  return JSON.stringify(body, null, 2).replace(
    /\[\s+(-?\d[\d.eE+-]*(?:,\s+-?\d[\d.eE+-]*)*)\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\s+/g, " ")}]`,
  );
}

/** A parameter of a body, for a table: its place in the schema, written as a path. */
export interface Parameter {
  name: string;
  type: string;
  description: string;
  required: boolean;
}

export function parametersOf(schema: Schema | null): Parameter[] {
  const found: Parameter[] = [];
  const visit = (name: string, inner: Schema, required: boolean, depth: number) => {
    const type = inner.type ?? (inner.properties ? "object" : "any");
    const list = type === "array";
    found.push({
      name: list ? `${name}[]` : name,
      type: list && inner.items?.type ? `array of ${inner.items.type}` : type,
      description: inner.description ?? "",
      required,
    });
    const below = list ? inner.items : inner;
    if (!below?.properties || depth > 12) return;
    for (const [key, property] of Object.entries(below.properties)) {
      visit(
        `${list ? `${name}[]` : name}.${key}`,
        property,
        below.required?.includes(key) ?? false,
        depth + 1,
      );
    }
  };
  for (const [key, property] of Object.entries(schema?.properties ?? {})) {
    visit(key, property, schema?.required?.includes(key) ?? false, 0);
  }
  return found;
}

/** The shape of a tensor: `[rows, 4]`, with `?` for an axis of any length. */
export function shapeOf(port: Port): string {
  if (!port.shape) return "";
  return `[${port.shape.map((length) => (length === null ? "?" : String(length))).join(", ")}]`;
}
