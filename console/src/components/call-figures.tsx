/** How many calls there were, how many failed, and how long they took: in the last hour, or in whatever time one looks at. */
import { useLanguage, useTexts } from "../language/language";
import { texts } from "../language/texts";
import { count, span } from "../time/format";
import { Figures } from "./figures";

const words = texts({
  calls: ["Calls", "调用次数"],
  failed: ["Failed", "失败次数"],
});

export interface CallCounts {
  calls: number;
  failed: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
}

export function CallFigures({ label, of }: { label: string; of: CallCounts }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const took = (milliseconds: number) => (of.calls > 0 ? span(milliseconds) : "–");
  return (
    <Figures
      label={label}
      figures={[
        { name: t.calls, value: count(of.calls, language) },
        { name: t.failed, value: count(of.failed, language), tone: of.failed > 0 ? "bad" : undefined },
        { name: "p50", value: took(of.p50_ms) },
        { name: "p95", value: took(of.p95_ms) },
        { name: "p99", value: took(of.p99_ms) },
      ]}
    />
  );
}
