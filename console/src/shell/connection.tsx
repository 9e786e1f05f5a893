/** Says that the browser has no connection, for as long as it has none: what is shown stays, and may be old. */
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Icon } from "../components/icon";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import classes from "./shell.module.css";

const words = texts({
  lost: ["No connection: this page may be out of date.", "连接已断开：页面内容可能不是最新的。"],
});

const follow = (tell: () => void) => onlineManager.subscribe(tell);

export function Connection() {
  const t = useTexts(words);
  const isOnline = useSyncExternalStore(follow, () => onlineManager.isOnline());
  return (
    <div role="status">
      {!isOnline && (
        <p className={classes.lost}>
          <Icon name="alert" /> {t.lost}
        </p>
      )}
    </div>
  );
}
