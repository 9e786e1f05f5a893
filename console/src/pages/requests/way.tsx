/** A request's way through the pipeline as a picture: what each step did, where it ended, and where the time went. */
import { Icon } from "../../components/icon";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { span } from "../../time/format";
import { partsOf } from "./pipeline";
import type { Explanation, StepSeen } from "./shapes";
import { useStepName, useStepWords } from "./steps";
import classes from "./way.module.css";

const words = texts({
  steps: ["Steps of the request", "请求经过的步骤"],
  times: ["Where the time went", "耗时分布"],
  gateway: ["gateway", "网关"],
  head: ["routing to throttling", "查找 API 至流量控制"],
  body: ["body", "读取请求体"],
  model: ["model", "模型"],
  rest: ["forwarding and answer", "转发与响应"],
  total: ["total", "总计"],
});

type Look = "passed" | "refused" | "answered" | "skipped";

const ICONS = { passed: "check", refused: "close", answered: "check", skipped: "minus" } as const;

function lookOf({ outcome }: StepSeen, isRefused: boolean): Look {
  if (outcome === "decided") return isRefused ? "refused" : "answered";
  return outcome === "passed" ? "passed" : "skipped";
}

export function Way({ explanation }: { explanation: Explanation }) {
  const t = useTexts(words);
  const names = useStepName();
  const outcomes = useStepWords();
  const { steps, reason, time } = explanation;
  const parts = partsOf(time);
  return (
    <div className={classes.way}>
      <ol className={classes.steps} aria-label={t.steps}>
        {steps.map((seen) => {
          const look = lookOf(seen, reason !== null);
          return (
            <li key={seen.step} className={`${classes.step} ${classes[look]}`}>
              <span className={classes.dot}>
                <Icon name={ICONS[look]} />
              </span>
              <span className={classes.name}>{names(seen.step)}</span>
              <span className={classes.outcome}>
                <code>{seen.step}</code>{" "}
                <span className={look === "refused" ? "" : "visually-hidden"}>{outcomes[look]}</span>
              </span>
            </li>
          );
        })}
      </ol>
      <div className={classes.time}>
        <div className={classes.bar} aria-hidden="true">
          {parts.map(({ name, share }) => (
            <span key={name} className={classes[name]} style={{ inlineSize: `${share}%` }} />
          ))}
        </div>
        <ul className={classes.legend} aria-label={t.times}>
          {parts.map(({ name, us }) => (
            <li key={name}>
              <span className={classes[name]} /> {t[name]} <b>{span(us / 1000)}</b>
            </li>
          ))}
          {parts.length > 1 && (
            <li>
              {t.total} <b>{span(time.total_us / 1000)}</b>
            </li>
          )}
        </ul>
      </div>
    </div>
  );
}
