/** What went wrong, with all that helps: the code, the message, the request's id, and why, from the catalogue or the journal. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { api, ask } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { CopyButton } from "./copy";
import { Skeleton } from "./empty";
import classes from "./failure.module.css";
import { Icon } from "./icon";
import { Prose } from "./prose";

const words = texts({
  retry: ["Try again", "重试"],
  request: ["request", "请求"],
  why: ["Why?", "原因与处理"],
  explain: ["Open the explanation of this request", "查看该请求的解释"],
});

interface Props {
  error: unknown;
  /** Where trying again can help. */
  retry?: (() => void) | undefined;
  children?: ReactNode;
}

export function FailureNote({ error, retry, children }: Props) {
  const t = useTexts(words);
  const failure = asFailure(error);
  const [open, setOpen] = useState(false);
  return (
    <div role="alert" className={classes.note}>
      <Icon name="alert" className={classes.icon} />
      <div className={classes.body}>
        <p className={classes.message}>{failure.message}</p>
        {(failure.code || failure.requestId) && (
          <div className={classes.detail}>
            {failure.code && <code>{failure.code}</code>}
            {failure.reason && <code>{failure.reason}</code>}
            {failure.requestId && (
              <span className={classes.request}>
                {t.request} <code>{failure.requestId}</code>
                <CopyButton text={failure.requestId} />
              </span>
            )}
          </div>
        )}
        {failure.recorded && <Link href={`/explain/${failure.requestId}`}>{t.explain}</Link>}
        {!failure.recorded && failure.reason && (
          <div className={classes.why}>
            <Button kind="quiet" small onPress={() => setOpen(!open)} aria-expanded={open}>
              {t.why}
            </Button>
          </div>
        )}
        {open && <Why failure={failure} />}
        {children}
      </div>
      {retry && (
        <Button small icon="refresh" onPress={retry}>
          {t.retry}
        </Button>
      )}
    </div>
  );
}

/** Cause and fix of a sub-code, from the catalogue. */
function Why({ failure }: { failure: Failure }) {
  const { data, error } = useQuery({
    queryKey: ["catalogue", failure.reason],
    queryFn: () => ask(api.GET("/adyton/v1/errors", { params: { query: { code: failure.reason } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return null;
  const page = data?.errors[0]?.page;
  return page === undefined ? <Skeleton lines={2} /> : <Prose text={page} />;
}
