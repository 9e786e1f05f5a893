/** The states of a model, as a badge. */
import { Badge, type Tone } from "../../components/badge";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  publishing: ["Importing", "导入中"],
  published: ["Ready", "可用"],
  failed: ["Failed", "失败"],
});

export const MODEL_STATES = ["published", "publishing", "failed"] as const;
type ModelState = (typeof MODEL_STATES)[number];

const TONES: Record<ModelState, Tone> = { publishing: "busy", published: "ok", failed: "bad" };

export function isModelState(status: string): status is ModelState {
  return (MODEL_STATES as readonly string[]).includes(status);
}

export function useModelState(): (status: string) => string {
  const t = useTexts(words);
  return (status) => (isModelState(status) ? t[status] : status);
}

export function ModelStatus({ status, note }: { status: string; note?: string | undefined }) {
  const name = useModelState()(status);
  return (
    <Badge tone={isModelState(status) ? TONES[status] : "idle"} title={note}>
      {name}
    </Badge>
  );
}
