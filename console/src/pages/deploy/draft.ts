/** A deployment while it is being written: what the form holds, what is wrong with it, and the body that it becomes. */
import type { Schemas } from "../../api/client";

export interface Variable {
  /** Of this draft alone: rows have no name of their own. */
  key: number;
  name: string;
  value: string;
}

export interface VersionDraft {
  key: number;
  model: string;
  /** Name and version of the model, as they are shown. */
  modelName: string;
  weight: string;
  instances: string;
  specification: string;
  seconds: string;
  variables: Variable[];
}

export interface Draft {
  name: string;
  description: string;
  versions: VersionDraft[];
  callsPerSecond: string;
  appAuth: boolean;
  appCode: boolean;
}

/** Where a fault is: as the API names its fields, `config[0].weight`. */
export type Faults = Readonly<Record<string, string>>;

export interface FaultWords {
  name: string;
  description: string;
  model: string;
  twice: string;
  weight: string;
  weights: (sum: number) => string;
  instances: string;
  seconds: string;
  variable: string;
  calls: string;
}

const whole = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);
const isWithin = (text: string, low: number, high: number) => {
  const value = whole(text);
  return value >= low && value <= high;
};

export const MOST_INSTANCES = 128;

/** What the page can tell before the server does. What only the server knows (names that are taken) it says itself. */
export function faultsOf(draft: Draft, isNew: boolean, words: FaultWords): Faults {
  const faults: Record<string, string> = {};
  if (isNew && !/^[A-Za-z0-9_-]{1,64}$/.test(draft.name)) faults.service_name = words.name;
  if ([...draft.description].length > 100) faults.description = words.description;
  if (draft.callsPerSecond.trim() && Number.isNaN(whole(draft.callsPerSecond)))
    faults.calls_per_second = words.calls;
  draft.versions.forEach((version, index) => {
    const at = `config[${index}]`;
    if (!version.model) faults[`${at}.model_id`] = words.model;
    else if (draft.versions.findIndex((one) => one.model === version.model) < index)
      faults[`${at}.model_id`] = words.twice;
    if (!isWithin(version.weight, 0, 100)) faults[`${at}.weight`] = words.weight;
    if (!isWithin(version.instances, 1, MOST_INSTANCES)) faults[`${at}.instance_count`] = words.instances;
    if (version.seconds.trim() && !(whole(version.seconds) > 0))
      faults[`${at}.deploy_timeout_in_seconds`] = words.seconds;
    const names = version.variables.map((variable) => variable.name);
    const isBad = names.some((name, place) => !/^[A-Za-z_]\w*$/.test(name) || names.indexOf(name) < place);
    if (isBad) faults[`${at}.envs`] = words.variable;
  });
  const sum = draft.versions.reduce((total, version) => total + (whole(version.weight) || 0), 0);
  if (sum !== 100 && !Object.keys(faults).some((field) => field.endsWith(".weight")))
    faults.config = words.weights(sum);
  return faults;
}

function configOf(draft: Draft): Schemas["VersionWanted"][] {
  return draft.versions.map((version) => ({
    model_id: version.model,
    weight: whole(version.weight),
    instance_count: whole(version.instances),
    specification: version.specification,
    envs: Object.fromEntries(version.variables.map(({ name, value }) => [name, value])),
    ...(version.seconds.trim() ? { deploy_timeout_in_seconds: whole(version.seconds) } : {}),
  }));
}

function propertiesOf(draft: Draft): Schemas["PropertiesWanted"] {
  return {
    app_auth: draft.appAuth,
    app_code: draft.appCode,
    calls_per_second: draft.callsPerSecond.trim() ? whole(draft.callsPerSecond) : null,
  };
}

export function deploymentOf(draft: Draft): Schemas["ServiceDeploy"] {
  return {
    service_name: draft.name,
    description: draft.description,
    infer_type: "real-time",
    config: configOf(draft),
    additional_properties: propertiesOf(draft),
  };
}

export function updateOf(draft: Draft): Schemas["ServiceUpdate"] {
  return {
    description: draft.description,
    config: configOf(draft),
    additional_properties: propertiesOf(draft),
  };
}

let keys = 0;
export const nextKey = (): number => {
  keys += 1;
  return keys;
};

export function newVersion(
  model: { value: string; label: string },
  specification: string,
  weight: number,
): VersionDraft {
  return {
    key: nextKey(),
    model: model.value,
    modelName: model.label,
    weight: String(weight),
    instances: "1",
    specification,
    seconds: "",
    variables: [],
  };
}

export function draftOf(service: Schemas["ServiceShown"]): Draft {
  const { calls_per_second, app_auth, app_code } = service.additional_properties;
  return {
    name: service.service_name,
    description: service.description,
    callsPerSecond:
      calls_per_second === null || calls_per_second === undefined ? "" : String(calls_per_second),
    appAuth: app_auth,
    appCode: app_code,
    versions: service.config.map((version) => ({
      key: nextKey(),
      model: version.model_id,
      modelName: `${version.model_name} ${version.model_version}`.trim(),
      weight: String(version.weight),
      instances: String(version.instance_count),
      specification: version.specification,
      seconds: String(version.deploy_timeout_in_seconds),
      variables: Object.entries(version.envs).map(([name, value]) => ({ key: nextKey(), name, value })),
    })),
  };
}
