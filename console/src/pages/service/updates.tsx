/** The configurations that a service was given, as a time line: what each changed, how it ended, and the way back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { every } from "../../api/query";
import { Badge, type Tone } from "../../components/badge";
import { Button } from "../../components/button";
import { Cause } from "../../components/cause";
import { Confirm } from "../../components/dialog";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Moment } from "../../components/moment";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useMay, useProject } from "../../session/project";
import { isMoving } from "../services/status";
import { useChangeService } from "./actions";
import { type Change, changesBetween, isSame, rollbackTo, type Update } from "./changes";
import type { Service } from "./service-query";
import classes from "./updates.module.css";

const words = texts({
  generation: filled(
    (n: number) => `Generation ${n}`,
    (n: number) => `第 ${n} 代`,
  ),
  RUNNING: ["In progress", "进行中"],
  SUCCESS: ["Succeeded", "成功"],
  FAIL: ["Failed", "失败"],
  current: ["Current configuration", "当前配置"],
  first: ["First configuration", "首次配置"],
  nothing: ["No changes", "配置没有变化"],
  rollBack: ["Roll back to this", "回滚到此配置"],
  rollBackTitle: filled(
    (n: number) => `Roll back to generation ${n}?`,
    (n: number) => `回滚到第 ${n} 代？`,
  ),
  rollBackWhy: [
    "The service returns to these versions and settings. The current ones serve until all instances are ready.",
    "服务将恢复为以下版本和配置。所有实例就绪之前，当前版本继续提供服务。",
  ],
  deed: ["Roll back", "回滚"],
  begun: ["The service is being rolled back.", "服务正在回滚。"],
  none: ["No updates yet", "还没有更新记录"],
  weight: ["weight", "流量权重"],
  instance_count: ["instances", "实例数"],
  specification: ["specification", "规格"],
  env: ["environment", "环境变量"],
});

const TONES: Record<string, Tone> = { RUNNING: "busy", SUCCESS: "ok", FAIL: "bad" };

export default function Updates({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const updates = useQuery({
    queryKey: ["updates", project.id, service.service_id],
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services/{service_id}/logs", {
          params: { path: { project_id: project.id, service_id: service.service_id } },
        }),
      ),
    ...every(isMoving(service.status) ? 1_500 : 15_000),
  });
  // What is known stays, where it could not be asked for again.
  if (updates.error && !updates.data)
    return <FailureNote error={updates.error} retry={() => void updates.refetch()} />;
  if (!updates.data) return <Skeleton lines={6} />;
  const { logs } = updates.data;
  if (logs.length === 0) return <Empty icon="clock" title={t.none} />;
  const current = logs.findIndex(
    (update) => update.result === "SUCCESS" && isSame(update.config, service.config),
  );
  return (
    <ol className={classes.line}>
      {logs.map((update, index) => (
        <Entry
          key={update.generation}
          service={service}
          update={update}
          before={logs[index + 1]}
          isCurrent={index === current}
        />
      ))}
    </ol>
  );
}

interface EntryProps {
  service: Service;
  update: Update;
  before: Update | undefined;
  isCurrent: boolean;
}

function Entry({ service, update, before, isCurrent }: EntryProps) {
  const t = useTexts(words);
  const may = useMay();
  const change = useChangeService(service);
  const [asking, setAsking] = useState(false);
  const result = update.result as "RUNNING" | "SUCCESS" | "FAIL";
  const canRollBack =
    may("modelarts:service:update") && update.result === "SUCCESS" && !isSame(update.config, service.config);
  return (
    <li className={`${classes.entry} ${isCurrent ? classes.current : ""}`}>
      <div className={classes.head}>
        <h2>{t.generation(update.generation)}</h2>
        <Badge tone={TONES[result] ?? "idle"}>{t[result] ?? result}</Badge>
        {isCurrent && <Badge tone="busy">{t.current}</Badge>}
        <span className={classes.when}>
          <Moment at={update.update_time} exact />
        </span>
        {canRollBack && (
          <Button small icon="undo" onPress={() => setAsking(true)}>
            {t.rollBack}
          </Button>
        )}
      </div>
      {update.error_msg && (
        <div className={classes.error}>
          <Cause text={update.error_msg} />
        </div>
      )}
      <p className={classes.about}>{before ? "" : t.first}</p>
      <Changes changes={changesBetween(before?.config ?? [], update.config)} />
      <Confirm
        title={t.rollBackTitle(update.generation)}
        isOpen={asking}
        onClose={() => setAsking(false)}
        deed={t.deed}
        onConfirm={() => change.mutateAsync(rollbackTo(service, update)).then(() => tell(t.begun))}
      >
        <p>{t.rollBackWhy}</p>
        <Changes changes={changesBetween(service.config, update.config)} />
      </Confirm>
    </li>
  );
}

function Changes({ changes }: { changes: Change[] }) {
  const t = useTexts(words);
  if (changes.length === 0) return <p className={classes.about}>{t.nothing}</p>;
  const nameOf = (setting: string) => {
    if (setting.startsWith("envs.")) return `${t.env} ${setting.slice(5)}`;
    return setting === "weight" || setting === "instance_count" || setting === "specification"
      ? t[setting]
      : setting;
  };
  const byVersion = Map.groupBy(changes, (change) => change.version);
  return (
    <dl className={classes.changes}>
      {[...byVersion].map(([version, its]) => (
        <div key={version}>
          <dt>
            <bdi>{version}</bdi>
          </dt>
          {its.map((change) => (
            <dd key={change.setting}>
              <span className={classes.setting}>{nameOf(change.setting)}</span>
              {change.before !== undefined && <del>{change.before}</del>}
              {change.after !== undefined && <ins>{change.after}</ins>}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
