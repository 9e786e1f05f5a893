/** What one configuration has that the one before had not, and the one that a roll-back wants again. */
import type { Schemas } from "../../api/client";
import type { Service } from "./service-query";

export type Version = Schemas["VersionSettings"];
export type Update = Schemas["UpdateShown"];

/** A setting of a version that differs; without `before` it is new, without `after` it is gone. */
export interface Change {
  version: string;
  setting: string;
  before?: string;
  after?: string;
}

const nameOf = (version: Version) =>
  `${version.model_name || version.model_id} ${version.model_version}`.trim();

/** The settings of a version, by name. */
function settingsOf(version: Version): Map<string, string> {
  return new Map([
    ["weight", `${version.weight}%`],
    ["instance_count", String(version.instance_count)],
    ["specification", version.specification],
    ...Object.entries(version.envs).map(([name, value]) => [`envs.${name}`, value] as const),
  ]);
}

export function changesBetween(before: readonly Version[], after: readonly Version[]): Change[] {
  const changes: Change[] = [];
  const compare = (version: string, old: Map<string, string>, now: Map<string, string>) => {
    for (const setting of new Set([...old.keys(), ...now.keys()])) {
      const was = old.get(setting);
      const is = now.get(setting);
      if (was === is) continue;
      changes.push({
        version,
        setting,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      });
    }
  };
  const none = new Map<string, string>();
  for (const version of after) {
    const old = before.find((one) => one.model_id === version.model_id);
    compare(nameOf(version), old ? settingsOf(old) : none, settingsOf(version));
  }
  for (const version of before) {
    if (!after.some((one) => one.model_id === version.model_id))
      compare(nameOf(version), settingsOf(version), none);
  }
  return changes;
}

/** Whether two configurations are the same, whatever the order of their versions. */
export function isSame(one: readonly Version[], other: readonly Version[]): boolean {
  return one.length === other.length && changesBetween(one, other).length === 0;
}

/** The body that gives a service an earlier configuration back. The time that an instance may take is not in the history: the present one stays. */
export function rollbackTo(
  service: Pick<Service, "config">,
  update: Pick<Update, "config">,
): Schemas["ServiceUpdate"] {
  return {
    config: update.config.map(({ model_id, weight, specification, instance_count, envs }) => {
      const now = service.config.find((version) => version.model_id === model_id);
      return {
        model_id,
        weight,
        specification,
        instance_count,
        envs,
        ...(now ? { deploy_timeout_in_seconds: now.deploy_timeout_in_seconds } : {}),
      };
    }),
  };
}
