/** The states of a service, as a badge. */
import { Badge, type Tone } from "../../components/badge";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  deploying: ["Deploying", "部署中"],
  running: ["Running", "运行中"],
  concerning: ["Concerning", "告警"],
  failed: ["Failed", "失败"],
  stopping: ["Stopping", "停止中"],
  stopped: ["Stopped", "已停止"],
  deleting: ["Deleting", "删除中"],
});

export const SERVICE_STATES = [
  "running",
  "concerning",
  "failed",
  "deploying",
  "stopping",
  "stopped",
  "deleting",
] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

const TONES: Record<ServiceState, Tone> = {
  running: "ok",
  concerning: "warn",
  failed: "bad",
  deploying: "busy",
  stopping: "busy",
  stopped: "idle",
  deleting: "busy",
};

export function isServiceState(status: string): status is ServiceState {
  return (SERVICE_STATES as readonly string[]).includes(status);
}

/** Whether it will become another state by itself soon. */
export function isMoving(status: string): boolean {
  return status === "deploying" || status === "stopping" || status === "deleting";
}

export function useStateName(): (status: string) => string {
  const t = useTexts(words);
  return (status) => (isServiceState(status) ? t[status] : status);
}

export function ServiceStatus({
  status,
  progress,
  note,
}: {
  status: string;
  progress?: number;
  note?: string | undefined;
}) {
  const name = useStateName()(status);
  const shown = status === "deploying" && progress !== undefined ? `${name} ${progress}%` : name;
  return (
    <Badge tone={isServiceState(status) ? TONES[status] : "idle"} title={note}>
      {shown}
    </Badge>
  );
}
