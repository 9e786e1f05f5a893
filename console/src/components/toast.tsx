/** Short news at the edge: something was done, or failed while nobody looked at its page. */

import { Text } from "react-aria-components/Text";
import {
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as Content,
  UNSTABLE_ToastQueue as Queue,
  UNSTABLE_ToastRegion as Region,
} from "react-aria-components/Toast";
import { flushSync } from "react-dom";
import { Link } from "wouter";
import { asFailure } from "../api/failure";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { IconButton } from "./button";
import { Icon } from "./icon";
import classes from "./toast.module.css";

const words = texts({
  news: ["Notifications", "通知"],
  close: ["Close", "关闭"],
  why: ["Why?", "为什么？"],
});

interface News {
  text: string;
  tone: "ok" | "bad";
  requestId?: string;
}

const queue = new Queue<News>({
  maxVisibleToasts: 3,
  wrapUpdate: (update) => flushSync(update),
});

export function tell(text: string): void {
  queue.add({ text, tone: "ok" }, { timeout: 5000 });
}

export function tellFailure(error: unknown): void {
  const failure = asFailure(error);
  const text = failure.code ? `${failure.code} · ${failure.message}` : failure.message;
  queue.add({ text, tone: "bad", requestId: failure.recorded ? failure.requestId : "" }, { timeout: 12_000 });
}

export function Toasts() {
  const t = useTexts(words);
  return (
    <Region queue={queue} className={classes.region as string} aria-label={t.news}>
      {({ toast }) => (
        <AriaToast toast={toast} className={`${classes.toast} ${classes[toast.content.tone]}`}>
          <Icon name={toast.content.tone === "ok" ? "check" : "alert"} />
          <Content className={classes.content as string}>
            <Text slot="title">{toast.content.text}</Text>
            {toast.content.requestId && <Link href={`/explain/${toast.content.requestId}`}>{t.why}</Link>}
          </Content>
          <IconButton slot="close" icon="close" label={t.close} />
        </AriaToast>
      )}
    </Region>
  );
}
